"""The picture and the graph of a world."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachang.plan import resolve, topology_json, topology_svg
from bachang.plan._svg import fitted, width_of, wrapped
from bachang.plan._topology import networks_in_depth, systems_by_depth
from bachang.scenario import load
from tests.plan.worlds import SMALL, written

SMALL_PLAN = resolve(load(SMALL), 0)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=60)


def texts_of(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)  # noqa: S314 - made by the tested function
    return [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("en", ["Small", "Office", "Edge router", "Server", "Genset", "attacker", "Field systems"]),
        ("zh", ["小例子", "办公网", "边界路由器", "服务器", "发电机组", "攻击方", "现场系统"]),
    ],
)
def test_everything_stands_in_the_picture(language, wanted):
    texts = texts_of(topology_svg(SMALL_PLAN, language=language))
    assert set(wanted) <= set(texts)
    assert {"10.20.10.0/24", "desk 10.20.10.11", "modbus:502  screen:80"} <= set(texts)


def box_of(element: ElementTree.Element) -> tuple[str, float, float, float, float]:
    x, y, width, height = (float(element.attrib[key]) for key in ("x", "y", "width", "height"))
    return element.attrib["class"], x, y, width, height


def test_the_picture_follows_light_and_dark():
    assert "prefers-color-scheme:dark" in topology_svg(SMALL_PLAN)


def test_boxes_lie_inside_and_cards_do_not_overlap():
    root = ElementTree.fromstring(topology_svg(SMALL_PLAN))  # noqa: S314 - as above
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = [box_of(element) for element in root.iter("{http://www.w3.org/2000/svg}rect")]
    for _, x, y, w, h in boxes:
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
    cards = [box[1:] for box in boxes if not box[0].startswith("lane")]
    for index, (x, y, w, h) in enumerate(cards):
        for other_x, other_y, other_w, other_h in cards[:index]:
            apart = x + w <= other_x or other_x + other_w <= x
            assert apart or y + h <= other_y or other_y + other_h <= y


def test_hostile_titles_stay_text(tmp_path):
    text = "networks: {a: {cidr: 10.0.0.0/24, title: '</text><script>alert(1)</script>'}}"
    svg = topology_svg(resolve(load(written(tmp_path, text)), 0))
    assert "<script" not in svg
    ElementTree.fromstring(svg)  # noqa: S314 - as above


def test_an_empty_world_has_a_picture(tmp_path):
    svg = topology_svg(resolve(load(written(tmp_path, "")), 0), language="zh")
    assert "测试" in texts_of(svg)


def test_lanes_go_from_the_trainee_into_the_depth(tmp_path):
    text = (
        "networks:\n  far: {cidr: 10.0.3.0/24}\n  mid: {cidr: 10.0.2.0/24}\n"
        "  near: {cidr: 10.0.1.0/24}\n"
        "routers: {r: {networks: [near, mid]}, s: {networks: [mid, far]}}\n"
        "hosts: {h: {networks: near, users: {u: }}}\n"
        "actors: {a: {role: blue, host: h, user: u}}\n"
    )
    assert networks_in_depth(resolve(load(written(tmp_path, text)), 0)) == ["near", "mid", "far"]


def test_systems_stand_behind_what_feeds_them(tmp_path):
    text = (
        "field_systems:\n"
        "  load: {type: feeder, wiring: {supply: ats}}\n"
        "  genset: {type: genset, wiring: {mains: grid, transfer: ats}}\n"
        "  ats: {type: ats, wiring: {source_1: grid, source_2: genset}}\n"
        "  grid: {type: grid}\n"
    )
    columns = systems_by_depth(resolve(load(written(tmp_path, text)), 0))
    assert [[one.name for one in column] for column in columns] == [
        ["grid"],
        ["genset"],
        ["ats"],
        ["load"],
    ]


def test_the_graph_names_everything():
    graph = topology_json(SMALL_PLAN)
    assert [network["name"] for network in graph["networks"]] == ["office", "plant"]
    hosts = {host["name"]: host for host in graph["hosts"]}
    assert hosts["genset-ctl"]["systems"] == ["genset"]
    assert hosts["desk"]["actors"] == ["trainee", "intruder"]
    assert [port["network"] for port in hosts["edge"]["ports"]] == ["office", "plant"]
    assert graph["systems"][1]["wiring"] == {"mains": "grid"}


@given(TEXTS, st.floats(30, 300))
def test_texts_fit_into_their_place(text, width):
    assert width_of(fitted(text, 12, width), 12) <= width
    lines = wrapped(text, 12, width)
    assert 1 <= len(lines) <= 2
    assert all(width_of(line, 12) <= width for line in lines)


def test_words_are_not_torn():
    assert wrapped("Transfer switch controller", 13, 130) == ["Transfer switch", "controller"]

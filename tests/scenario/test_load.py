"""Loading: all mistakes at once, each with its place and what would be right."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachang.scenario import ScenarioError, load

HEAD = "bachang: 1\nname: test\ntitle: {en: Test, zh: 测试}\n"
SMALL = Path(__file__).parents[1] / "plan" / "packs" / "small"


def pack(folder: Path, text: str) -> Path:
    (folder / "scenario.yaml").write_text(HEAD + text, encoding="utf-8")
    return folder


def problems_of(folder: Path, text: str):
    with pytest.raises(ScenarioError) as caught:
        load(pack(folder, text))
    return caught.value.problems


def test_a_good_pack_loads_with_its_files():
    scenario = load(SMALL)
    assert scenario.name == "small"
    assert scenario.raw.hosts["desk"].limits.memory == 256
    assert scenario.files.content["solutions/block.sh"] == b"nft list ruleset\n"
    assert load(SMALL / "scenario.yaml").raw == scenario.raw


def test_short_forms_mean_the_long_ones(tmp_path):
    raw = load(
        pack(
            tmp_path,
            "networks: {a: {cidr: 10.0.0.0/24}}\n"
            "hosts: {h: {networks: a, users: {u: }}, i: {networks: [a]}, j: {networks: {a: }}}\n"
            "conditions: {c: time_s > 1.0}\n"
            "tasks: {t: {title: T, text: T, points: 1, answer: 007, hints: [H]}}\n",
        )
    ).raw
    assert raw.hosts["h"].networks == raw.hosts["i"].networks == raw.hosts["j"].networks
    assert raw.hosts["h"].users["u"].shell == "/bin/bash"
    assert raw.conditions["c"].expression == "time_s > 1.0"
    assert raw.tasks["t"].answer.values == ["007"]
    assert raw.tasks["t"].hints[0].text.en == "H"


def test_all_mistakes_come_at_once_with_line_and_column(tmp_path):
    found = problems_of(
        tmp_path,
        "networks:\n"
        "  office: {cidr: 10.0.0.1/24}\n"
        "hosts:\n"
        "  desk:\n"
        "    gatway: edge\n"
        "    networks: {office: 10.0.0.300}\n"
        "tasks:\n"
        "  t: {title: T, text: T, points: many, answer: x}\n",
    )
    assert [(one.line, one.column, one.where) for one in found] == [
        (5, 18, "networks.office.cidr"),
        (8, 5, "hosts.desk.gatway"),
        (9, 24, "hosts.desk.networks.office"),
        (11, 34, "tasks.t.points"),
    ]
    assert found[0].remedy == "did you mean `10.0.0.0/24`?"
    assert found[1].remedy == "did you mean `gateway`?"
    assert str(found[3]).endswith("tasks.t.points: 'many' is not a whole number; write digits only")


@pytest.mark.parametrize(
    ("text", "where", "message", "remedy"),
    [
        ("hots: {}", "hots", "unknown key `hots`", "`hosts`"),
        ("hosts: {Desk: {}}", "hosts.Desk", "not a name", "small letters"),
        ("hosts: [desk]", "hosts", "not a map", "name: …"),
        ("hosts: {d: {files: {etc/x: {text: a}}}}", "hosts.d.files.etc/x", "not a path", "start"),
        ("hosts: {d: {files: {/etc/x: {}}}}", "hosts.d.files./etc/x", "says nothing", "`source`"),
        (
            "hosts: {d: {files: {/etc/x: {text: a, source: b}}}}",
            "hosts.d.files./etc/x",
            "gives `text` and `source`",
            "only one",
        ),
        ("hosts: {d: {limits: {memory: lots}}}", "hosts.d.limits.memory", "not a size", "64 MiB"),
        (
            f"hosts: {{d: {{limits: {{memory: {'9' * 400} MiB}}}}}}",
            "hosts.d.limits.memory",
            "not a size",
            "64 MiB",
        ),
        ("hosts: {d: {services: {s: {prot: 1}}}}", "hosts.d.services.s.prot", "unknown", "`port`"),
        (
            "hosts: {d: {services: {s: {program: a, port: 70000}}}}",
            "hosts.d.services.s.port",
            "not a port",
            "65535",
        ),
        ("actors: {a: {role: bleu}}", "actors.a.role", "not possible", "`blue`"),
        ("actors: {a: {}}", "actors.a", "`role` is missing", "role"),
        ("scripts: {s: {end: soon, events: {}}}", "scripts.s.end", "not a duration", "28.3 s"),
        ("stories: {s: {scripts: [a], speed: 0.5}}", "stories.s.speed", "too small", "at least 1"),
        (
            "hosts: {d: {services: {s: {python: page.py}}}}",
            "hosts.d.services.s.python",
            "not a Python function",
            "FILE.py:FUNCTION",
        ),
        (
            "hosts: {d: {networks: {a: {rate: fast}}}}",
            "hosts.d.networks.a.rate",
            "not the speed of a link",
            "10 Mbit",
        ),
        ("metrics: {m: {condition: c}}", "metrics.m", "no `max_score`", "points"),
        ("injects: {i: {point: a.b}}", "injects.i", "half a command", "`value`"),
        ("hosts: {d: {title: []}}", "hosts.d.title", "not a text", "string"),
        ("variables: {a-b: {type: digits}}", "variables.a-b", "not a name", "'_'"),
        ("isolation: [memry]", "isolation.0", "not possible here", "`memory`"),
        ("variables: {a: {type: choice}}", "variables.a", "nothing to choose", "choices"),
        ("conditions: {c: {expression: x, fro: 1}}", "conditions.c.fro", "unknown", "`for`"),
        ("field_systems: {gen-1: {type: genset}}", "field_systems.gen-1", "not a name", "expr"),
        (
            "weaknesses: {w: {title: T, exploit: {host: a}}}",
            "weaknesses.w.exploit",
            "says nothing",
            "`run`",
        ),
        (
            "evaluations: {e: {metrics: [m], min_score: half}}",
            "evaluations.e.min_score",
            "no score",
            "50%",
        ),
    ],
)
def test_each_mistake_says_what_would_be_right(tmp_path, text, where, message, remedy):
    (problem,) = problems_of(tmp_path, text)
    assert problem.where == where
    assert message in problem.message
    assert remedy in problem.remedy


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "a\\b", '""'])
def test_paths_stay_inside_the_pack(tmp_path, path):
    (problem,) = problems_of(tmp_path, f"hosts: {{d: {{files: {{/etc/x: {{source: {path}}}}}}}}}")
    assert "leaves the pack" in problem.message


def test_a_missing_or_strange_file_is_told(tmp_path):
    with pytest.raises(ScenarioError, match=r"cannot be read.*a pack has a `scenario\.yaml`"):
        load(tmp_path)
    (tmp_path / "scenario.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="not UTF-8"):
        load(tmp_path)


def test_the_scenario_itself_must_lie_in_the_pack(tmp_path):
    (tmp_path / "outside.yaml").write_text(HEAD)
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "scenario.yaml").symlink_to("../outside.yaml")
    with pytest.raises(ScenarioError, match="link out of the pack"):
        load(tmp_path / "pack")


@pytest.mark.timeout(10)
def test_a_pipe_in_place_of_the_scenario_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "scenario.yaml")
    with pytest.raises(ScenarioError, match="is not a file"):
        load(tmp_path)


@given(st.data())
def test_a_misspelt_key_is_found_where_it_stands(tmp_path_factory, data):
    lines = (SMALL / "scenario.yaml").read_text(encoding="utf-8").splitlines()
    known = {"hosts:", "networks:", "routers:", "tasks:", "scripts:", "metrics:", "weaknesses:"}
    at = data.draw(st.sampled_from([i for i, line in enumerate(lines) if line in known]))
    key = lines[at].rstrip(":")
    lines[at] = f"{key[:-1]}:"
    folder = tmp_path_factory.mktemp("pack")
    (folder / "scenario.yaml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(folder)
    places = {(one.line, one.column): one.remedy for one in caught.value.problems}
    assert places[at + 1, 1] == f"did you mean `{key}`?"

"""The pack `blackout`: its papers tell the truth, and its stories end as they are told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bachang.exercise import schedule
from bachang.plan import InjectKind, Plan, lint, resolve
from bachang.scenario import load
from bachang.twins import TICK_S, TYPES, Access, Command, Point, Table, Zone
from bachang.twins.ats import Settings as AtsSettings
from bachang.twins.genset import Settings as GensetSettings

PACK = Path(__file__).parents[2] / "packs/blackout"
POINTS = {key: {point.name: point for point in kind.points} for key, kind in TYPES.items()}


@pytest.fixture(name="plan", scope="module")
def _plan() -> Plan:
    return resolve(load(PACK), "0")


def test_a_strict_reader_finds_nothing() -> None:
    problems = lint(load(PACK), points={key: list(points) for key, points in POINTS.items()})
    assert [str(problem) for problem in problems] == []


def test_what_was_asked_for_is_there(plan: Plan) -> None:
    hosts = [host for host in plan.world.hosts if host.kind == "host"]
    routers = [host for host in plan.world.hosts if host.kind == "router"]
    tasks = plan.exercise.tasks
    assert (len(hosts) >= 8, len(routers), len(plan.exercise.weaknesses)) == (True, 2, 4)
    assert len(tasks) == 8
    assert {task.level for task in tasks} == {1, 2, 3}
    assert all(task.hints and task.solution for task in tasks)
    assert {actor.role for actor in plan.exercise.actors} == {"red", "blue", "green"}


# ---- the papers ------------------------------------------------------------------------


class Rows(HTMLParser):
    """The cells of all table rows of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        self._cell = tag == "td"
        if self._cell:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._cell = False


def manual(name: str, language: str) -> str:
    return (PACK / f"pages/manual-{name}.{language}.html").read_text(encoding="utf-8")


LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


@LANGUAGES
def test_the_delays_of_the_manual_are_the_factorys(language: str) -> None:
    page = manual("genset", language)
    seconds = [float(value) for value in re.findall(r"<td>([0-9.]+) s</td></tr>", page)][-7:]
    genset = GensetSettings()
    assert seconds == [
        genset.mains_abnormal_delay_s,
        genset.start_delay_s,
        1.0,
        genset.safety_on_s,
        genset.warm_up_s,
        AtsSettings().transfer_interval_s,
        0.3,
    ]
    assert sum(seconds) == pytest.approx(28.3)


@LANGUAGES
def test_the_secrets_of_the_manual_open(plan: Plan, language: str) -> None:
    systems = {system.name: system.settings for system in plan.world.field_systems}
    assert systems["genset"]["panel_password"] in manual("genset", language)
    assert systems["ats"]["panel_password"] in manual("ats", language)
    assert str(systems["ats"]["unlock_code"]) in manual("ats", language)


def readable(kind: str, table: Table, address: int, *, write: bool = False) -> Point | None:
    """The point at an address of a device's map."""
    for point in POINTS[kind].values():
        for one in point.addresses:
            here = one.address <= address < one.address + one.words
            if one.table is table and here and (one.write if write else one.read):
                return point
    return None


@LANGUAGES
@pytest.mark.parametrize("kind", ["genset", "ats"])
def test_every_address_of_the_manuals_is_in_the_map(kind: str, language: str) -> None:
    registers = [
        int(address)
        for row in Rows(manual(kind, language)).rows
        if len(row) == 3
        for address in re.findall(r"[0-9]+", row[0])
    ]
    assert len(registers) > 8
    assert [a for a in registers if readable(kind, Table.HOLDING_REGISTER, a) is None] == []


@LANGUAGES
def test_the_genset_obeys_the_commands_of_its_manual(language: str) -> None:
    commands = {
        int(row[0]): row[1]
        for row in Rows(manual("genset", language)).rows
        if len(row) == 2 and row[0].isdigit()
    }
    assert set(commands) == set(range(7))
    named = [readable("genset", Table.COIL, coil, write=True) for coil in range(7)]
    assert [point.name for point in named if point] == [
        "start", "stop", "test", "auto", "manual", "gen_breaker", "mains_breaker",
    ]  # fmt: skip


def test_the_board_reads_what_it_says() -> None:
    shown = json.loads((PACK / "files/board.json").read_text(encoding="utf-8"))
    kinds = {"10.20.30.22:502": "ats", "10.20.30.12:502": "genset"}
    read = {}
    for value in shown:
        table = Table.COIL if "coil" in value else Table.HOLDING_REGISTER
        address = value.get("coil", value.get("register"))
        point = readable(kinds[value["device"]], table, address)
        assert point is not None, value["name"]
        scale = next(one.scale for one in point.addresses if one.read)
        assert value.get("scale", 1) == scale, value["name"]
        read[value["name"]] = point.name
        assert set(value["title"]) == {"en", "zh"}
    assert read["mains_ok"] == "source_1_normal"
    assert read["genset_auto"] == "in_auto"
    assert (read["genset_rpm"], read["genset_kw"]) == ("speed_rpm", "power_kw")


def test_the_gateways_file_names_the_breakers() -> None:
    delivered = (PACK / "files/modbus-gateway").read_text(encoding="utf-8")
    guarded = (PACK / "files/modbus-gateway-guarded").read_text(encoding="utf-8")
    assert delivered.replace("GUARD=off", "GUARD=on") == guarded
    pairs = re.findall(r"([0-9]+):([0-9]+)", delivered.partition("BREAKERS=")[2])
    named = [
        (readable("genset", Table.COIL, int(command), write=True),
         readable("genset", Table.COIL, int(status)))
        for command, status in pairs
    ]  # fmt: skip
    assert [(a.name, b.name) for a, b in named if a and b] == [
        ("gen_breaker", "gen_on_load"),
        ("mains_breaker", "mains_on_load"),
    ]


# ---- the stories -----------------------------------------------------------------------


def told(plan: Plan, story: str, actions: dict[float, tuple[str, Any]]) -> Iterator[Zone]:
    """Play a story's writes, and some of people, on the bare physics; yields each second."""
    zone = Zone(plan.world.field_systems, plan.world.seed)
    line = schedule(plan.exercise, story=story, actors=())
    due = [
        (event.start_s, inject.point, inject.value)
        for event in line.events
        for inject in event.injects
        if inject.kind is InjectKind.POINT
    ] + [(at_s, *write) for at_s, write in actions.items()]
    due.sort(key=lambda one: one[0])
    while zone.time_s < line.end_s:
        while due and due[0][0] <= zone.time_s:
            _, point, value = due.pop(0)
            assert point is not None
            zone.apply(Command(point=point, value=value, actor="white", access=Access.WHITE))
        zone.step()
        if zone.tick % round(1 / TICK_S) == 0:
            yield zone


ATTACK = ("genset.manual", True)
TUNED = {
    30.0: ("genset.mains_abnormal_delay_s", 2.0),
    30.1: ("genset.safety_on_s", 5.0),
    30.2: ("genset.warm_up_s", 2.0),
}


def longest_dark_s(plan: Plan, actions: dict[float, tuple[str, Any]]) -> float:
    return max(float(z.points()["ats.dark_s"]) for z in told(plan, "night", actions))


@pytest.mark.parametrize(
    ("actions", "longest_s"),
    [({}, 28.25), (TUNED, 12.25), ({**TUNED, 460.0: ATTACK}, 75.0)],
    ids=["factory", "tuned", "attacked"],
)
def test_the_night(plan: Plan, actions: dict[float, tuple[str, Any]], longest_s: float) -> None:
    # Sampled once a second, and the mains' return costs a transfer of its own.
    assert longest_dark_s(plan, actions) == pytest.approx(longest_s, abs=1.5)


def test_the_demo_goes_dark_and_comes_back(plan: Plan) -> None:
    actions: dict[float, tuple[str, Any]] = {6.5: ATTACK, 26.5: ("genset.auto", True)}
    rows = {round(z.time_s): z.points() for z in told(plan, "demo", actions)}
    assert rows[11]["feeder.supplied"] is True
    assert all(rows[second]["feeder.supplied"] is False for second in range(13, 36))
    assert rows[40]["feeder.on_generator"] is True
    assert rows[52]["feeder.pump_supplied"] is True, "the load step is carried"
    assert rows[63]["ats.position"] == 1, "the mains carry the hall again at the end"
    assert 1.0 < float(rows[63]["feeder.not_supplied_kwh"]) < 4.0
    assert 0.3 < float(rows[63]["feeder.dark_min"]) < 0.6
    assert max(rows) <= 75, "a story that is shown live"

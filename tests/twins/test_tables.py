"""The point tables: complete, in both languages, without two points at one address."""

from __future__ import annotations

import dataclasses

import pytest

from bachang.plan import FieldSystem
from bachang.twins import TYPES, Zone, ZoneError, describe, system_faults
from bachang.twins.screen._page import DESCRIPTIONS
from bachang.twins.screen._words import STATE_WORDS
from tests.twins.zones import systems, zone


@pytest.mark.parametrize("key", TYPES)
def test_every_point_has_a_name_of_its_own_and_both_languages(key: str) -> None:
    points = describe(key).points
    assert len({point.name for point in points}) == len(points)
    for point in points:
        assert point.title["en"]
        assert any(ord(letter) > 127 or letter.isdigit() for letter in point.title["zh"]), point


@pytest.mark.parametrize("key", TYPES)
def test_no_address_is_used_twice(key: str) -> None:
    description = describe(key)
    taken: set[tuple[str, str, int]] = set()
    for point in description.points:
        for address in point.addresses:
            for word in range(address.words):
                for way in ("read",) * address.read + ("write",) * address.write:
                    spot = (way, address.table.value, address.address + word)
                    assert spot not in taken, point.name
                    taken.add(spot)
                    protocol = description.protocol
                    assert protocol is not None
                    size = protocol.coils if address.table == "coil" else protocol.registers
                    assert spot[2] < size


@pytest.mark.parametrize("key", TYPES)
def test_every_point_reads_as_its_type(key: str) -> None:
    twin = zone().twins[key]
    for point in twin.points:
        value = twin.read(point.name)
        kinds = (int, float) if point.type is float else (point.type,)
        assert isinstance(value, kinds), point.name
        if point.choices:
            assert value in point.choices


@pytest.mark.parametrize("key", TYPES)
def test_settings_are_the_table_s(key: str) -> None:
    twin = zone().twins[key]
    fields = {field.name for field in dataclasses.fields(twin.settings)}  # type: ignore[attr-defined]
    assert fields == set(describe(key).settings)


@pytest.mark.parametrize("key", TYPES)
def test_every_writable_point_can_be_written(key: str) -> None:
    twin = zone().twins[key]
    for point in twin.points:
        if point.writable_by and not point.setting:
            assert point.name in twin._writers, point.name


@pytest.mark.parametrize("key", TYPES)
def test_screens_name_points_that_exist(key: str) -> None:
    screen, names = DESCRIPTIONS[key], {point.name for point in describe(key).points}
    used = {
        *screen.headline, *screen.buttons, *screen.pressed, *screen.pressed.values(),
        *screen.alarms, *screen.warnings, *screen.dangerous,
        *(name for group in (*screen.values, *screen.settings) for name in group.points),
        *(name for trend in screen.trends for name in trend.points),
    }  # fmt: skip
    assert used <= names
    for point in describe(key).points:
        assert not point.choices or set(point.choices) <= set(STATE_WORDS), point.name


def test_faults_of_a_plan_are_found_all_at_once() -> None:
    broken = (
        FieldSystem(name="a", type="windmill"),
        FieldSystem(
            name="b",
            type="genset",
            settings={"warm_up": 3, "warm_up_s": -1, "test_on_load": 1, "power_on_mode": "on"},
            wiring={"transfer": "c", "tank": "a"},
        ),
        FieldSystem(name="c", type="grid"),
    )
    faults = "\n".join(system_faults(broken))
    for part in ("windmill", "'warm_up'", "-1 is below 0 s", "not true or false", "not one of",
                 "no terminal 'tank'", "needs a grid", "c is a grid, not a ats"):  # fmt: skip
        assert part in faults
    with pytest.raises(ZoneError, match="windmill"):
        Zone(broken, "")
    assert system_faults(systems()) == []

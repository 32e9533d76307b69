"""Conditions: what they see, what they say when the author is wrong, and held time."""

from __future__ import annotations

import pytest

from bachang.exercise import ConditionError, Held, View, held_since, holds
from bachang.journal import Event
from bachang.plan import Condition

VIEW = View(
    time_s=12.5,
    points={"genset.state": "running", "genset.speed_rpm": 1500.0, "grid.available": False},
    services={"desk/page": "up"},
)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('genset.state == "running"', True),
        ("genset.speed_rpm > 1400 && !grid.available", True),
        ("genset.speed_rpm == 1500", True),
        ('services["desk/page"] == "up"', True),
        ("services.all(s, services[s] == 'up')", True),
        ("time_s < 12.0", False),
        ("has(genset.nothing)", False),
        ("grid.available || time_s > 1.0", True),
    ],
)
def test_judges_the_world(expression: str, expected: bool) -> None:
    assert holds(expression, VIEW) is expected


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("gensett.state == 'running'", r"'c'.*no 'gensett'; did you mean 'genset'"),
        ("genset.sped_rpm > 1", r"'c'.*no 'sped_rpm' in genset; did you mean 'speed_rpm'"),
        ("genset.state > 1", r"'c'.*No such overload"),
        ("genset.speed_rpm", r"gives 1500\.0, not true or false"),
        ("{'a': 1}.b == 1", r"'c'.*: no 'b' in its map"),
        ("[1][2] == 1", r"'c'.*: index out of bounds: 2"),
        ("'a'.matches('[')", r"'c'.*not a valid regex: regex parse error: \["),
        ("genset.state ==", r"'c' is not CEL: column 16: it ends too early$"),
        ("true and true", r"'c' is not CEL: column 6: 'and' is not possible here$"),
        ("genset.state = 'a'", r"'c' is not CEL: column 14: '=' is not possible here$"),
        ("(true", r"'c' is not CEL: column 6: `\)` is missing$"),
        ("true ||\n 9223372036854775808 > 1", r"is not CEL: line 2, column 2: invalid int literal"),
        ("(" * 200 + "1" + ")" * 200, r"is not CEL: column \d+: nested deeper than \d+ levels$"),
        ("1 / 0 == 1", r"division by zero"),
        ("open('/etc/passwd') == ''", r"Undefined variable or function: 'open'"),
    ],
)
def test_errors_name_the_condition_and_the_remedy(expression: str, message: str) -> None:
    with pytest.raises(ConditionError, match=message):
        holds(expression, VIEW, name="c")


def running(time_s: float, value: bool = True) -> View:
    return View(time_s=time_s, points={"genset.running": value})


def test_is_held_after_its_time_without_a_break() -> None:
    held = Held(Condition(name="c", expression="genset.running", for_s=3.0))
    assert [held.update(running(t)) for t in (0, 2.9, 3.0, 4.0)] == [False, False, True, False]
    assert held.held
    assert held.update(running(5.0, False))
    assert not held.held
    assert [held.update(running(t)) for t in (6.0, 8.0)] == [False, False]
    assert not held.update(running(8.5, False))
    assert [held.update(running(t)) for t in (9.0, 12.0)] == [False, True]


def test_without_a_time_is_held_at_once() -> None:
    assert Held(Condition(name="c", expression="genset.running")).update(running(7.0))


def test_a_clock_that_went_back_starts_the_time_anew() -> None:
    held = Held(Condition(name="c", expression="genset.running", for_s=3.0))
    held.update(running(100.0))
    assert not held.update(running(1.0))
    assert not held.update(running(3.9))
    assert held.update(running(4.0))


def sample(time_s: float, value: bool = True, name: str = "genset.running") -> Event:
    return Event(
        sandbox="s", epoch=0, sequence=int(time_s * 10) + 1, wall_time_s=time_s,
        sandbox_time_s=time_s, actor="system", kind="points.sampled", subject="s",
        data={name: value},
    )  # fmt: skip


CONDITION = Condition(name="c", expression="genset.running", for_s=3.0)


def test_the_journal_tells_since_when() -> None:
    samples = [sample(t, value=t >= 4) for t in range(10)]
    assert held_since(CONDITION, running(9.4), samples) == 4.0
    assert held_since(CONDITION, running(9.4, False), samples) is None
    assert held_since(CONDITION, running(9.4), []) == 9.4


def test_a_gap_in_the_samples_proves_nothing() -> None:
    samples = [sample(t) for t in (0, 1, 2, 6, 7)]
    assert held_since(CONDITION, running(7.5), samples) == 6.0


def test_a_point_that_is_not_recorded_is_said() -> None:
    with pytest.raises(ConditionError, match="running"):
        held_since(CONDITION, running(7.5), [sample(7, name="genset.other")])

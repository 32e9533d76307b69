"""The log's lines: whole, torn and damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachang.journal import CorruptLogError, Event, decode, encode

names = st.text(min_size=1, max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=20)
    | st.floats(allow_nan=False, allow_infinity=False)
)
json_values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(names, scalars, max_size=3)
seconds = st.floats(min_value=0, max_value=2e9)
events = st.builds(
    Event,
    sandbox=names,
    epoch=st.integers(0, 5),
    sequence=st.integers(1, 10**6),
    wall_time_s=seconds,
    sandbox_time_s=seconds,
    actor=names,
    kind=names,
    subject=names,
    data=st.dictionaries(st.text(max_size=8), json_values, max_size=4),
)


def lines(count: int) -> bytes:
    return b"".join(
        encode(
            Event(
                sandbox="s-1", epoch=0, sequence=n, wall_time_s=1.5, sandbox_time_s=n,
                actor="white", kind="a.b", subject="c", data={"text": "一\n二\u2028"},
            )
        )
        for n in range(1, count + 1)
    )  # fmt: skip


@given(st.lists(events, max_size=4))
def test_events_survive_the_log(recorded: list[Event]) -> None:
    content = b"".join(map(encode, recorded))
    assert decode(content) == (recorded, len(content))


@given(events)
def test_one_event_is_one_line(event: Event) -> None:
    assert encode(event).count(b"\n") == 1


def test_a_log_torn_at_any_byte_gives_its_whole_lines() -> None:
    content = lines(3)
    ends = [i + 1 for i, byte in enumerate(content) if byte == 10]
    for cut in range(len(content) + 1):
        decoded, taken = decode(content[:cut])
        assert len(decoded) == sum(end <= cut for end in ends)
        assert taken == max([end for end in ends if end <= cut], default=0)


def test_a_damaged_line_is_named() -> None:
    good = lines(3).splitlines(keepends=True)
    damaged = good[0] + good[1].replace(b'"epoch":0', b'"epoch":?') + good[2]
    with pytest.raises(CorruptLogError, match=r"events\.log, line 12: not an event"):
        decode(damaged, source="events.log", first_line=11)


def test_a_line_that_lacks_a_field_is_named() -> None:
    with pytest.raises(CorruptLogError, match=r"line 1.*missing required field"):
        decode(b'{"sandbox": "s-1"}\n')

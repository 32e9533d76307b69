"""The end of a log, followed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bachang.journal import CorruptLogError, LogTail, encode
from bachang.journal.conformance import event


def test_reads_what_is_new_and_nothing_twice(tmp_path: Path) -> None:
    log = tmp_path / "events.log"
    log.write_bytes(encode(event(1)) + encode(event(2)))
    with closing(LogTail(log)) as tail:
        assert tail.read() == [event(1), event(2)]
        assert tail.read() == []
        with log.open("ab") as file:
            file.write(encode(event(3)))
        assert tail.read() == [event(3)]


def test_waits_for_the_rest_of_a_torn_line(tmp_path: Path) -> None:
    log, line = tmp_path / "events.log", encode(event(1))
    log.write_bytes(line[:20])
    with closing(LogTail(log)) as tail:
        assert tail.read() == []
        with log.open("ab") as file:
            file.write(line[20:])
        assert tail.read() == [event(1)]


def test_begins_after_what_is_known_and_outlives_the_name(tmp_path: Path) -> None:
    log = tmp_path / "events.log"
    log.write_bytes(b"".join(encode(event(n)) for n in range(1, 20_001)))
    with closing(LogTail(log, after=5)) as tail:
        log.unlink()
        assert [one.sequence for one in tail.read()] == list(range(6, 20_001))


def test_a_damaged_line_is_told(tmp_path: Path) -> None:
    log = tmp_path / "events.log"
    log.write_bytes(encode(event(1)) + b"rubbish\n")
    with closing(LogTail(log)) as tail, pytest.raises(CorruptLogError, match="line 2"):
        tail.read()

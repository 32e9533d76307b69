"""The agent's log: numbering, syncing, going on after a crash, and a full disk."""

from __future__ import annotations

import io
import os
import resource
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from bachang.journal import CorruptLogError, EventLog, LogError, LogFile


@pytest.fixture
def descriptor(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "events.log", os.O_RDWR | os.O_CREAT)
    yield descriptor
    os.close(descriptor)


def open_log(descriptor: int) -> EventLog:
    seconds = count(1000)
    return EventLog(descriptor, sandbox="hall-1", wall_clock=lambda: float(next(seconds)))


def append(log: EventLog, number: int) -> list[int]:
    return [
        log.append(
            sandbox_time_s=n / 10, actor="white", kind="a.b", subject="s", data={"x": "y" * 50}
        ).sequence
        for n in range(number)
    ]


def test_numbers_and_times_its_events(descriptor: int) -> None:
    log = open_log(descriptor)
    assert append(log, 3) == [1, 2, 3]
    assert [(e.sequence, e.wall_time_s, e.epoch) for e in log.events()] == [
        (1, 1000.0, 0), (2, 1001.0, 0), (3, 1002.0, 0),
    ]  # fmt: skip


def test_numbers_go_on_over_epochs(descriptor: int) -> None:
    log = open_log(descriptor)
    append(log, 1)
    assert log.begin_epoch() == 1
    append(log, 1)
    assert [(e.epoch, e.sequence) for e in log.events()] == [(0, 1), (1, 2)]


def test_reads_any_window(descriptor: int) -> None:
    log = open_log(descriptor)
    append(log, 10)
    log.flush()
    append(log, 3)
    assert [e.sequence for e in log.events(4, limit=3)] == [5, 6, 7]
    assert [e.sequence for e in log.events(11)] == [12, 13]
    assert log.events(13) == []
    assert log.events(99) == []


def test_nothing_is_in_the_file_before_flush(descriptor: int, tmp_path: Path) -> None:
    log = open_log(descriptor)
    append(log, 2)
    assert LogFile(tmp_path / "events.log").events() == []
    log.sync()
    assert LogFile(tmp_path / "events.log").events() == log.events()


def test_goes_on_after_a_torn_line(descriptor: int, tmp_path: Path) -> None:
    log = open_log(descriptor)
    append(log, 2)
    log.begin_epoch()
    append(log, 1)
    log.sync()
    path = tmp_path / "events.log"
    path.write_bytes(path.read_bytes()[:-5])
    again = open_log(descriptor)
    assert (again.sequence, again.epoch) == (2, 0)
    assert append(again, 1) == [3]
    again.sync()
    assert [e.sequence for e in LogFile(path).events()] == [1, 2, 3]


def test_a_damaged_log_is_not_continued(descriptor: int, tmp_path: Path) -> None:
    (tmp_path / "events.log").write_bytes(b"{}\n{}\n")
    with pytest.raises(CorruptLogError, match="log of hall-1, line 1"):
        open_log(descriptor)


def test_a_full_disk_loses_nothing(descriptor: int, tmp_path: Path) -> None:
    """A file size limit cuts a write in the middle, as a full disk does."""
    log = open_log(descriptor)
    append(log, 2)
    log.sync()
    room = os.fstat(descriptor).st_size + 300
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        append(log, 5)
        with pytest.raises(LogError, match=r"log of hall-1: File too large\. 5 events wait"):
            log.sync()
        assert len(LogFile(tmp_path / "events.log").events()) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    append(log, 1)
    log.sync()
    assert [e.sequence for e in LogFile(tmp_path / "events.log").events()] == list(range(1, 9))


def test_a_log_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    assert LogFile(tmp_path / "events.log").events() == []


def test_a_line_that_is_written_while_it_is_read_is_read_whole_later(
    descriptor: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its second half must not be taken for a line."""
    path = tmp_path / "events.log"
    log = open_log(descriptor)
    append(log, 2)
    log.flush()
    content = path.read_bytes()
    os.ftruncate(descriptor, len(content) - 20)

    class Growing(io.BufferedReader):
        def __next__(self) -> bytes:
            line = super().__next__()
            if not line.endswith(b"\n"):
                os.pwrite(descriptor, content, 0)
            return line

    reader = LogFile(path)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda one, _: Growing(io.FileIO(one)))
        assert [one.sequence for one in reader.events()] == [1]
    assert [one.sequence for one in reader.events()] == [1, 2]
    assert reader.events(2) == []

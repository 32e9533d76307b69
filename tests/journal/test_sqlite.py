"""The SQLite store: the conformance suite, and what a machine can do to it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from bachang.journal import SqliteStore, Store, StoreError
from bachang.journal.conformance import StoreConformance, event


class TestSqliteStore(StoreConformance):
    def open(self, place: Path) -> Store:
        return SqliteStore(place / "journal.db")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def test_only_its_owner_may_read_it(path: Path) -> None:
    with SqliteStore(path):
        assert path.stat().st_mode & 0o777 == 0o600


def test_commits_are_synced(path: Path) -> None:
    with SqliteStore(path) as store:
        assert store._writer.execute("PRAGMA synchronous").fetchone() == (2,)
        assert store._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_full_disk_keeps_what_was_acknowledged(path: Path) -> None:
    """SQLite's own page limit raises the error of a full disk (SQLITE_FULL)."""
    with SqliteStore(path) as store:
        store.append([event(1)])
        pages = store._writer.execute("PRAGMA page_count").fetchone()[0]
        store._writer.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="disk is full; make room"):
            store.append([event(n) for n in range(2, 500)])
        assert store.events("hall-1") == [event(1)]
        store._writer.execute("PRAGMA max_page_count = 1000000")
        assert store.append([event(n) for n in range(2, 500)]) == 498


def test_another_process_that_holds_it_is_named(path: Path) -> None:
    with SqliteStore(path, busy_s=0.05) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process holds it"):
            store.append([event(1)])
        other.execute("COMMIT")
        other.close()
        assert store.append([event(1)]) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_journal_says_so(path: Path) -> None:
    SqliteStore(path).close()
    path.chmod(0o400)
    with pytest.raises(StoreError, match="Permission denied"):
        SqliteStore(path)


def test_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file or directory"):
        SqliteStore(tmp_path / "nowhere" / "journal.db")


def test_another_file_is_not_taken_for_a_journal(path: Path) -> None:
    path.write_bytes(b"not a data base, but long enough to look at" * 100)
    with pytest.raises(StoreError, match="it is not a journal"):
        SqliteStore(path)


def test_a_newer_format_is_refused(path: Path) -> None:
    SqliteStore(path).close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(StoreError, match="format 99"):
        SqliteStore(path)

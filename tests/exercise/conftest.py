"""A fresh sandbox in memory, its plan and a store for its journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.journal import SqliteStore
from bachang.plan import Plan
from tests.exercise.memory import PLAN, MemorySandbox


@pytest.fixture
def plan() -> Plan:
    return PLAN


@pytest.fixture
def sandbox() -> MemorySandbox:
    return MemorySandbox()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "journal.db") as store:
        yield store

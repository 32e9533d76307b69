"""A portal with its own data, people in every role, and clients that are signed in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.portal import Assembly, Outside, Settings
from bachang.portal.store import PortalStore
from tests.portal.people import PACKS, Clock, People


@pytest.fixture
def database() -> str | None:
    """Address of the portal's data base; ``None``: SQLite."""
    return None


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data base of a new portal, made once: that takes longer than most tests."""
    file = tmp_path_factory.mktemp("blank") / "portal.db"
    PortalStore(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def settings(home: Path, database: str | None, blank: Path) -> Settings:
    data = home / "portal"
    if database is None:
        data.mkdir(mode=0o700)
        shutil.copy(blank, data)
    return Settings(
        database=database,
        data=data,
        packs=PACKS,
        requests_per_minute=100_000,
        answers_per_minute=10_000,
        hash_memory_mib=1,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def assembly(settings: Settings, clock: Clock) -> Iterator[Assembly]:
    """A portal; its sandboxes are ended with it."""
    made = Assembly(settings, outside=Outside(elapsed=clock))
    yield made
    for row in made.portal.exercises.running():
        made.stage.end_exercise(row.id)
    made.close()


@pytest.fixture
def people(assembly: Assembly) -> Iterator[People]:
    """Clients for people, made when they are asked for."""
    made = People(assembly)
    with made:
        yield made

"""A PostgreSQL server of Debian's package, for as long as tests need it."""

from __future__ import annotations

import itertools
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

_MISSING = "PostgreSQL is not installed: set-up installs it (Debian's package postgresql)"


class Postgres:
    """A server on a Unix socket.

    Args:
        programs: Where PostgreSQL's programs are.
        folder: Its data, log and socket.
        durable: Whether a commit survives a power cut; tests ask only what is kept.
    """

    def __init__(self, programs: Path, folder: Path, *, durable: bool = False) -> None:
        self._sync = "on" if durable else "off"
        self._programs = programs
        self._folder = folder
        self._names = itertools.count(1)
        data = str(folder / "data")
        self._run("initdb", "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = (
            f"-c listen_addresses= -c unix_socket_directories={self._folder} -c fsync={self._sync}"
        )
        log = str(self._folder / "log")
        self._pg_ctl("-o", options, "-l", log, "-w", "start")

    @classmethod
    def alone(cls, folder: Path, *, durable: bool = False) -> Postgres:
        """A server of its own for the caller, who stops it; the folder's path is short."""
        return cls(_programs(), folder, durable=durable)

    def database(self) -> str:
        """The address of a new, empty data base."""
        name = f"portal{next(self._names)}"
        with psycopg.connect(
            host=str(self._folder), user="test", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://test@/{name}?host={self._folder}"

    def stop(self) -> None:
        """End it at once, as a crash would."""
        self._pg_ctl("-m", "immediate", "-w", "stop")

    def _pg_ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self._folder,
        )


def running() -> Iterator[Postgres]:
    """A server, or the test is skipped where there is none."""
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="b-pg-") as folder:
        server = Postgres(programs, Path(folder))
        yield server
        server.stop()


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.skip(_MISSING)
    return found[-1]

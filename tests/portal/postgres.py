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
_FAST = "fsync=off"  # the tests ask what is kept, not what survives a power cut


class Postgres:
    """A server on a Unix socket."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._names = itertools.count(1)
        data = str(folder / "data")
        self._run("initdb", "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c {_FAST}"
        self._run("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")

    def database(self) -> str:
        """The address of a new, empty data base."""
        name = f"portal{next(self._names)}"
        with psycopg.connect(
            host=str(self._folder), user="test", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://test@/{name}?host={self._folder}"

    def stop(self) -> None:
        """End it at once."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self._folder,
        )


def running() -> Iterator[Postgres]:
    """A server, or the test is skipped where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.skip(_MISSING)
    with tempfile.TemporaryDirectory(prefix="b-pg-") as folder:
        server = Postgres(found[-1], Path(folder))
        yield server
        server.stop()

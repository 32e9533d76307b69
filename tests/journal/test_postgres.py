"""The store in PostgreSQL: the suite of all stores, migrations, a server that goes and comes."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from bachang.journal import PostgresStore, Store, StoreError, driver_address
from bachang.journal._postgres._tables import METADATA
from bachang.journal.conformance import StoreConformance, event
from tests.postgres import Postgres


class TestPostgresStore(StoreConformance):
    """The suite."""

    @pytest.fixture(autouse=True)
    def _server(self, postgres: Postgres) -> None:
        self.server = postgres
        self.addresses: dict[Path, str] = {}

    def open(self, place: Path) -> Store:
        """One data base for each place."""
        if place not in self.addresses:
            self.addresses[place] = self.server.database()
        return PostgresStore(self.addresses[place])


@pytest.fixture
def address(postgres: Postgres) -> str:
    return postgres.database()


def test_migrations_make_the_table_that_the_code_knows(address: str) -> None:
    PostgresStore(address).close()
    PostgresStore(address).close()  # a second time changes nothing
    engine = create_engine(driver_address(address))
    with engine.connect() as connection:
        options = {"version_table": "journal_version", "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_stores_that_open_at_once_migrate_in_turn(address: str) -> None:
    stores: list[Store] = []
    threads = [
        threading.Thread(target=lambda: stores.append(PostgresStore(address))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [store.append([event(1)]) for store in stores] == [1, 0, 0, 0, 0, 0]
    for store in stores:
        store.close()


def test_commits_reach_the_disk_and_are_shared(address: str) -> None:
    """32 threads of one event each need far fewer commits than 320."""
    with PostgresStore(address) as store, psycopg.connect(address, autocommit=True) as look:
        shown = look.execute("SHOW synchronous_commit").fetchone()
        assert shown == ("on",)

        def write(name: str) -> None:
            for sequence in range(1, 11):
                assert store.append([event(sequence, sandbox=name)]) == 1

        threads = [threading.Thread(target=write, args=(f"s-{n}",)) for n in range(32)]
        before = _transactions(look)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(store.last(name) for name in store.sandboxes()) == 320
        assert _transactions(look) - before < 160


def _transactions(look: psycopg.Connection) -> int:
    """Number of transactions that were given an id, so that wrote something."""
    row = look.execute("SELECT txid_snapshot_xmax(txid_current_snapshot())").fetchone()
    assert row is not None
    return int(row[0])


def test_an_append_waits_for_a_server_that_restarts(short_path: Path) -> None:
    server = Postgres.alone(short_path)
    address = server.database()
    with PostgresStore(address) as store:
        assert store.append([event(1)]) == 1
        server.stop()
        done: list[int] = []
        waiting = threading.Thread(target=lambda: done.append(store.append([event(1), event(2)])))
        waiting.start()
        server.start()
        waiting.join(60)
        assert done == [1]
        assert store.events("hall-1") == [event(1), event(2)]
        server.stop()
    with pytest.raises(StoreError, match="check its address and that its server runs"):
        PostgresStore(address)


def test_a_server_that_stays_away_is_named(short_path: Path) -> None:
    server = Postgres.alone(short_path)
    with PostgresStore(server.database(), patience_s=0.5) as store:
        server.stop()
        began = time.monotonic()
        with pytest.raises(StoreError, match="its server runs"):
            store.append([event(1)])
        assert time.monotonic() - began < 30
        server.start()
        assert store.append([event(1)]) == 1
        server.stop()


def test_an_account_without_rights_is_told(address: str) -> None:
    with PostgresStore(address) as store:
        with psycopg.connect(address, autocommit=True) as admin:
            admin.execute("CREATE ROLE reader LOGIN")
            admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        assert store.append([event(1)]) == 1
        with (
            PostgresStore(address.replace("test@", "reader@")) as reader,
            pytest.raises(StoreError, match="grant it the right"),
        ):
            reader.append([event(2)])


def test_a_password_is_not_told() -> None:
    with pytest.raises(StoreError) as refused:
        PostgresStore("postgresql://ann:s3cret@/none?host=/nonexistent")
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:///x", "sqlite:///x"),
    ],
)
def test_addresses_as_people_write_them(given: str, meant: str) -> None:
    assert driver_address(given) == meant

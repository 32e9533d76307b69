"""The whole API, fuzzed from its own document: nothing that is sent is a fault of ours.

Each generated request is sent twice, as it is and with the ids of a run that lives, so that
what lies behind the first checks is reached as well.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from starlette.testclient import TestClient

from bachang.portal import Assembly, Outside, Settings
from bachang.portal._application import document
from bachang.portal.models import Role
from tests.portal.people import ORIGIN, PACKS, People
from tests.portal.test_run import running

ENDING = {"end_run", "end_exercise", "sign_out"}
"""Operations that would take away what the others are tried on."""
SLOW = {"advance"}
"""Operations that really work for long; they are tried with made-up ids only."""
EXAMPLES = 12


@schemathesis.serializer("application/zip")
def _zip(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


api = schemathesis.openapi.from_dict(document())


@dataclasses.dataclass(frozen=True)
class Target:
    """A portal with a run that lives, and who may do everything there."""

    client: TestClient
    ids: dict[str, str]


@pytest.fixture(autouse=True)
def tidy() -> None:
    """The shared portal's pool opens connections as it needs them; the module closes them all."""


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
)
def database(request: pytest.FixtureRequest) -> str | None:
    """Where people and journals are kept; ``None``: SQLite."""
    if request.param == "sqlite":
        return None
    address: str = request.getfixturevalue("postgres").database()
    return address


@pytest.fixture(scope="module")
def target(
    homes: Any, database: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Target]:
    data = tmp_path_factory.mktemp("portal")
    chosen = Settings(
        database=database, data=data, packs=PACKS, hash_memory_mib=1, sandboxes=1,
        requests_per_minute=1_000_000, answers_per_minute=1_000_000, sign_ins_per_minute=1_000_000,
    )  # fmt: skip
    assembly = Assembly(chosen, outside=Outside())
    with People(assembly) as people:
        client = people("root", *Role)
        exercise = client.post("/api/exercises", json={"pack": "hall"}).json()
        run = exercise["runs"][0]["id"]
        running(client, run)
        group = client.post("/api/groups", json={"title": "G"}).json()["id"]
        ids = {"run": run, "exercise": exercise["id"], "group": group, "pack": "hall"}
        yield Target(client, ids)
        for row in assembly.portal.exercises.running():
            assembly.stage.end_exercise(row.id)
    assembly.close()


OPERATIONS = {
    operation.definition.raw["operationId"]: operation
    for operation in (found.ok() for found in api.get_all_operations() if isinstance(found, Ok))
}


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - ENDING))
def test_no_fault_of_ours(name: str, target: Target) -> None:
    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[name].as_strategy())
    def fuzz(case: schemathesis.Case[Any]) -> None:
        _try(case, target, {} if name in SLOW else target.ids)

    fuzz()


def _try(case: schemathesis.Case[Any], target: Target, ids: dict[str, str]) -> None:
    known = {key: ids[key] for key in case.path_parameters or {} if key in ids}
    for parameters in ({}, known) if known else ({},):
        case.path_parameters = {**(case.path_parameters or {}), **parameters}
        request = case.as_transport_kwargs(base_url=ORIGIN)
        answer = _send(target.client, request)
        assert answer.status_code < 500, (request, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", request
            assert answer.json()["remedy"], answer.text


_number = itertools.count(1)


def _send(client: TestClient, request: dict[str, Any]) -> Any:
    """Send it; a key is made fresh, else most would be refused for it."""
    headers = {
        name: f"{next(_number)}{value}" if name.lower() == "idempotency-key" else value
        for name, value in (request.get("headers") or {}).items()
        if name.lower() not in ("cookie", "host")
    }
    return client.request(
        request["method"],
        request["url"],
        params=request.get("params"),
        json=request.get("json"),
        content=request.get("data"),
        headers={**headers, "X-Bachang": "1"},
    )

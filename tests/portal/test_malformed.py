"""Whatever is wrong with a request or a scenario, who reads Chinese is told so in Chinese.

Each parameter and each field of the API's document is sent in every wrong way to the API without
its parts: what it would have done, if a request is right after all, it cannot do. And each place of
a scenario is given every wrong value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from bachang.catalogue import both
from bachang.portal._application import _authorise, application, document
from bachang.portal._problem import ProblemError
from bachang.portal.routes import _dependencies as dependencies
from bachang.scenario import ScenarioError
from bachang.scenario._document import parse
from bachang.scenario._reading import validate

VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        1.5,
        10**30,
        1e300,
        float("inf"),
        "",
        " ",
        "1.5",
        "\ud800",
        "x\x00",
        "x y",
    ),
    *("9" * 5000, "x" * 9000, [], [[]], ["x"] * 300, {}, {"a": {}}, dict.fromkeys("abc" * 9, 1)),
    {str(number): 1 for number in range(300)},
)
WORDS = ("", " ", "x y", "!", "-1", "0", "1.5", "9" * 5000, "x" * 300, "maybe", "\x00")
BODIES = (b"", b"{", b"[]", b"null", b'"x"', b"1", b"9" * 5000, b"\xff", b"[" * 100_000, b"{} {}")
WRITTEN: tuple[Any, ...] = (
    *(None, "", " ", "x y", "-1", "1.5", "nan", "-inf", "1e400", "9" * 5000, "x" * 9000, "\ud800"),
    *([], [""], [[]], {}, {"": ""}, {"x y": {}}, {"en": ""}),
)
"""What may stand in a file of YAML: texts, lists and maps of them, or nothing."""
PACK = Path(__file__).parents[2] / "packs" / "blackout" / "scenario.yaml"
DOCUMENT = document()
WRITES = [
    (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
JSON = [
    (method, path, operation["requestBody"]["content"]["application/json"]["schema"])
    for method, path, operation in WRITES
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]
PLACE = re.compile(r"(?:^|; )(?:body|query|path)(?:\.[^:;]*)?: ")
IN_PATH = re.compile(r"\{\w+\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class _Nothing:
    """The parts of a portal: whoever wants one has a request that is right."""

    def __getattr__(self, name: str) -> Any:
        raise ProblemError(409, "right", name)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = application()
    for part in (_authorise, dependencies._portal, dependencies._person):
        app.dependency_overrides[part] = _Nothing
    headers = {"Accept-Language": "zh-CN", "Content-Type": "application/json"}
    with TestClient(app, headers=headers, follow_redirects=False) as made:
        yield made


def told(client: TestClient, method: str, path: str, content: bytes = b"{}") -> bool:
    """Ask; whether it was refused, which must be said in Chinese."""
    given = client.request(method, path, content=content)
    if given.status_code in (307, 409):
        return False
    problem = given.json()
    assert given.status_code in (400, 404, 405, 422), problem
    english = [part for part in PLACE.split(problem["detail"]) if part and not CHINESE.search(part)]
    assert not english, f"{method} {path[:99]} {content[:99]!r}: add it to problems.zh.toml"
    assert all(CHINESE.search(problem[part]) for part in ("title", "detail", "remedy"))
    return True


@pytest.mark.parametrize(("method", "path", "schema"), JSON)
def test_a_field(client: TestClient, method: str, path: str, schema: dict[str, Any]) -> None:
    path = IN_PATH.sub("a" * 12, path)
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert schema["properties"]
    refused = [
        told(client, method, path, json.dumps({name: value, "no-such-field": 1}).encode())
        for name in schema["properties"]
        for value in VALUES
    ]
    assert all(refused)
    assert all(told(client, method, path, body) or body == b"{} {}" for body in BODIES[1:])


@pytest.mark.parametrize(("method", "path", "operation"), WRITES)
def test_a_parameter(client: TestClient, method: str, path: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        name, at = parameter["name"], parameter["in"]
        refused = []
        for word in (*map(quote, WORDS), f"x&{name}=" * 300):
            place = path.replace(f"{{{name}}}", word.replace("/", "%2F")) if at == "path" else path
            query = f"?{name}={word}" if at == "query" else ""
            refused.append(told(client, method, IN_PATH.sub("a" * 12, place) + query))
        assert any(refused) or at == "header", name


def replaced(data: Any, depth: int, value: Any) -> Any:
    """A file's data with a value in place of all that stands so deep."""
    if not depth:
        return value
    if isinstance(data, dict):
        return {key: replaced(inner, depth - 1, value) for key, inner in data.items()}
    if isinstance(data, list):
        return [replaced(inner, depth - 1, value) for inner in data]
    return data


@pytest.mark.parametrize("depth", range(1, 7))
def test_a_scenario(depth: int) -> None:
    document = parse(PACK.read_text(encoding="utf-8"), "s.yaml")
    problems = set()
    for value in WRITTEN:
        try:
            validate(replaced(document.data, depth, value), document)
        except ScenarioError as error:
            problems |= {text for one in error.problems for text in (one.message, one.remedy)}
    assert problems
    english = [text for text in problems if not CHINESE.search(both(text).get("zh", ""))]
    assert not english, "say it in `_reading.py`, and in scenarios.zh.toml"

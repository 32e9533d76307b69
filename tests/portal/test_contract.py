"""What the API's document promises of every operation."""

from __future__ import annotations

from typing import Any

from bachang.portal._application import document

DOCUMENT = document()
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation
    for path in DOCUMENT["paths"].values()
    for operation in path.values()
}
BOUNDED = {
    "list_files": "a pack has at most as many files as an archive may have",
    "list_points": "a scenario has as many as its field systems",
    "list_sessions": "browsers of one account, which end by themselves",
    "list_terminals": "the agent keeps a fixed number",
}
"""Lists that come whole, and why they cannot grow without end."""


def test_lists_come_in_pages_or_have_an_end() -> None:
    whole = set()
    for name, operation in OPERATIONS.items():
        schema = _answer(operation)
        if schema.get("type") == "array":
            whole.add(name)
        if schema.get("$ref", "").rpartition("/")[2].startswith("Page"):
            asked = {parameter["name"] for parameter in operation["parameters"]}
            assert {"after", "limit"} <= asked, name
    assert whole == set(BOUNDED)


def test_every_operation_tells_of_problems() -> None:
    for name, operation in OPERATIONS.items():
        problem = operation["responses"]["4XX"]["content"]["application/problem+json"]
        assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}, name


def _answer(operation: dict[str, Any]) -> dict[str, Any]:
    good = next(answer for code, answer in operation["responses"].items() if code[0] in "23")
    schema: dict[str, Any] = good.get("content", {}).get("application/json", {}).get("schema", {})
    return schema

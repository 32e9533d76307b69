"""A YAML file as plain data with the position of every key and value.

Scalars stay texts until the model says what they mean, so ``0755``, ``1.10`` and ``no``
arrive as they were written; those without quotes are `Plain`, for the few places that take
any value. The reader works on parser events and bounds size, depth and the expansion of
aliases, so a hostile file costs little and cannot hurt: there are no tags and no objects.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bachang.scenario._problem import Problem, ScenarioError

MAX_BYTES = 512 * 1024
MAX_DEPTH = 24
MAX_NODES = 50_000
"""Keys and values of a file with all aliases written out."""

Where = tuple[str | int, ...]
"""Keys and list indices from the top of the file to a value."""

_NULL = {"", "~", "null", "Null", "NULL"}


class Plain(str):
    """A scalar written without quotes."""

    __slots__ = ()


def typed(value: Any) -> Any:
    """What YAML's core schema makes of a value whose type no model knows."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    if not isinstance(value, Plain):
        return value
    if value in ("true", "false"):
        return value == "true"
    if re.fullmatch(r"[-+]?[0-9]{1,300}", value):
        return int(value)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", value):
        number = float(value)
        return number if math.isfinite(number) else str(value)
    return str(value)


@dataclass(frozen=True, slots=True)
class Document:
    """The content of one file and where each part of it stands."""

    path: str
    data: dict[str, Any]
    positions: dict[Where, tuple[int, int]] = field(default_factory=dict)
    """Line and column, from 1: of a key, or of an item of a list."""
    value_positions: dict[Where, tuple[int, int]] = field(default_factory=dict)
    """The same of scalars."""

    def problem(self, where: Where, message: str, remedy: str, *, key: bool = False) -> Problem:
        """A problem at a place, or at the nearest place around it that stands in the file."""
        line, column = self._position(where, key=key)
        return Problem(
            path=self.path,
            line=line,
            column=column,
            where=".".join(str(part) for part in where),
            message=message,
            remedy=remedy,
        )

    def _position(self, where: Where, *, key: bool) -> tuple[int, int]:
        if not key and where in self.value_positions:
            return self.value_positions[where]
        for length in range(len(where), 0, -1):
            if where[:length] in self.positions:
                return self.positions[where[:length]]
        return 1, 1


def parse(text: str, path: str) -> Document:
    """Read a YAML text whose top is a map.

    Raises:
        ScenarioError: not YAML, no map, or beyond the limits of this module.
    """
    if len(text.encode()) > MAX_BYTES:
        raise ScenarioError([_problem(path, None, f"larger than {MAX_BYTES} bytes", "split it")])
    return _Reader(text, path).document()


class _Reader:
    """Builds a document from the parser's events."""

    def __init__(self, text: str, path: str) -> None:
        self._events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
        self._document = Document(path, {})
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._nodes = 0
        self._twins: list[Problem] = []

    def document(self) -> Document:
        try:
            self._read()
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            what = " ".join((error.problem or "cannot be read").split())
            hint = "check indentation, quotes and brackets here and in the line before"
            raise ScenarioError(
                [_problem(self._document.path, mark, f"not valid YAML: {what}", hint)]
            ) from error
        except YAMLError as error:
            what = " ".join(str(error).split())
            raise ScenarioError(
                [_problem(self._document.path, None, f"not valid YAML: {what}", "save it as UTF-8")]
            ) from error
        if self._twins:
            raise ScenarioError(self._twins)
        return self._document

    def _read(self) -> None:
        next(self._events)  # start of the stream
        start = next(self._events)  # start of the document, if there is one
        event = start if _is(start, "StreamEnd") else next(self._events)
        if not _is(event, "MappingStart"):
            self._fail(event, "the file is not a map of keys", "start with `bachang: 1`")
        self._document.data.update(self._node(event, ()))
        next(self._events)  # end of the document
        if not _is(event := next(self._events), "StreamEnd"):
            self._fail(event, "a second document", "keep one document in the file")

    def _node(self, event: Any, where: Where) -> Any:
        self._count(event, 1)
        if len(where) > MAX_DEPTH:
            self._fail(event, f"nested deeper than {MAX_DEPTH} levels", "flatten it")
        if _is(event, "Alias"):
            return self._alias(event)
        if event.ctag is not None and str(event.ctag):
            self._fail(event, f"tag {event.ctag} is not allowed", "write the plain value")
        before = self._nodes
        value: Any
        if _is(event, "Scalar"):
            value = self._scalar(event, where)
        elif _is(event, "SequenceStart"):
            value = self._list(where)
        else:
            value = self._map(where)
        if event.anchor:
            self._anchors[event.anchor] = (value, self._nodes - before + 1)
        return value

    def _scalar(self, event: Any, where: Where) -> str | None:
        self._document.value_positions[where] = _place(event.start_mark)
        if not event.implicit[0]:
            return str(event.value)
        return None if event.value in _NULL else Plain(event.value)

    def _list(self, where: Where) -> list[Any]:
        items: list[Any] = []
        while not _is(event := next(self._events), "SequenceEnd"):
            here = (*where, len(items))
            self._document.positions[here] = _place(event.start_mark)
            items.append(self._node(event, here))
        return items

    def _map(self, where: Where) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not _is(event := next(self._events), "MappingEnd"):
            if not _is(event, "Scalar"):
                self._fail(event, "a key must be a plain text", "put the key in quotes")
            key = str(event.value)
            here = (*where, key)
            value = self._node(next(self._events), here)
            if key in items:
                message = f"key {key!r} stands here a second time"
                remedy = "keep one of the two"
                self._twins.append(_problem(self._document.path, event.start_mark, message, remedy))
            else:
                self._document.positions[here] = _place(event.start_mark)
            items[key] = value
        return items

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            self._fail(event, f"alias *{event.anchor} has no anchor before it", "write it out")
        value, nodes = self._anchors[event.anchor]
        self._count(event, nodes)
        return value

    def _count(self, event: Any, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            self._fail(
                event, f"more than {MAX_NODES} values", "use fewer aliases or split the pack"
            )

    def _fail(self, event: Any, message: str, remedy: str) -> NoReturn:
        raise ScenarioError([_problem(self._document.path, event.start_mark, message, remedy)])


def _is(event: Any, name: str) -> bool:
    return type(event).__name__ == f"{name}Event"


def _place(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _problem(path: str, mark: Any, message: str, remedy: str) -> Problem:
    line, column = _place(mark) if mark is not None else (1, 1)
    return Problem(path=path, line=line, column=column, where="", message=message, remedy=remedy)

"""From data to models: every mistake becomes a problem with its place and a remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from bachang.scenario._document import Document, Where
from bachang.scenario._problem import Problem, ScenarioError
from bachang.scenario.models import Root

_SHOWN = 12
_PLAIN_WORDS = {
    "int_parsing": ("is not a whole number", "write digits only"),
    "int_type": ("is not a whole number", "write digits only"),
    "int_from_float": ("is not a whole number", "write digits only"),
    "int_parsing_size": ("is too large", "use fewer digits"),
    "finite_number": ("is not a finite number", "write e.g. `1.5`"),
    "float_parsing": ("is not a number", "write e.g. `1.5`"),
    "float_type": ("is not a number", "write e.g. `1.5`"),
    "bool_parsing": ("is neither true nor false", "write `true` or `false`"),
    "bool_type": ("is neither true nor false", "write `true` or `false`"),
    "string_type": ("is not a text", "write a single value"),
    "string_unicode": ("is not Unicode", "write the characters themselves"),
    "dict_type": ("is not a map of names", "write `name: …` lines below it"),
    "model_type": ("is not a map of keys", "write `key: value` lines below it"),
    "list_type": ("is not a list", "write `[a, b]`"),
    "string_too_short": ("is empty", "write something or leave the key out"),
}

_BOUNDS = {
    "greater_than": ("too small", "more than"),
    "greater_than_equal": ("too small", "at least"),
    "less_than": ("too large", "less than"),
    "less_than_equal": ("too large", "at most"),
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy for an unknown word: the nearest known one, else all of them."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    if not names:
        return "there is none yet"
    more = ", …" if len(names) > _SHOWN else ""
    return f"known are {', '.join(names[:_SHOWN])}{more}"


def validate(data: dict[str, Any], document: Document) -> Root:
    """The model of a scenario's data; positions are taken from the document.

    Raises:
        ScenarioError: with every mistake that models can see.
    """
    try:
        return Root.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(
            _problem(item, data, document) for item in error.errors(include_url=False)
        ) from None


def _problem(error: Any, data: dict[str, Any], document: Document) -> Problem:
    where = _walk(error["loc"], data)
    kind = error["type"]
    if kind == "extra_forbidden":
        remedy = did_you_mean(str(where[-1]), _fields_at(where[:-1]))
        return document.problem(where, f"unknown key `{where[-1]}`", remedy, key=True)
    if kind == "missing":
        missing = error["loc"][-1]
        return document.problem(where, f"`{missing}` is missing", f"add `{missing}: …`", key=True)
    if kind == "mistake":
        key = error["loc"][-1:] == ("[key]",)
        return document.problem(where, error["ctx"]["what"], error["ctx"]["remedy"], key=key)
    if kind == "literal_error":
        known = error["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", ")
        remedy = did_you_mean(str(error["input"]), known)
        return document.problem(where, f"{str(error['input'])!r} is not possible here", remedy)
    if kind in _BOUNDS:
        word, bound = _BOUNDS[kind]
        message = f"{str(error['input'])!r} is {word}"
        limit = next(iter(error["ctx"].values()))
        return document.problem(where, message, f"use {bound} {limit:g}")
    message, remedy = _PLAIN_WORDS.get(kind, (error["msg"][:1].lower() + error["msg"][1:], ""))
    shown = f"{str(error['input'])!r} " if isinstance(error["input"], str) else ""
    return document.problem(where, shown + message, remedy)


def _walk(location: Sequence[str | int], data: Any) -> Where:
    """The part of pydantic's location that stands in the data (it adds names of its own)."""
    where: list[str | int] = []
    for part in location:
        stands = isinstance(data, dict) and part in data
        if stands or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            data = data[part]
            where.append(part)
    return tuple(where)


def _fields_at(where: Where) -> set[str]:
    """Keys that a scenario may have at a place."""
    models: list[Any] = [Root]
    for part in where:
        models = [inner for model in models for inner in _below(model, part)]
    return {
        info.alias or name
        for model in models
        if isinstance(model, type) and issubclass(model, BaseModel)
        for name, info in model.model_fields.items()
    }


def _below(annotation: Any, part: str | int) -> Iterator[Any]:
    """Types that may stand under a key or index of a type, without wrappers."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if (field := annotation.model_fields.get(str(part))) is not None:
            yield from _unwrapped(field.annotation)
    else:
        arguments = get_args(annotation)
        if arguments:
            yield from _unwrapped(arguments[-1])


def _unwrapped(annotation: Any) -> Iterator[Any]:
    """An annotation without `Annotated` and with the members of a union apart."""
    if hasattr(annotation, "__metadata__"):
        yield from _unwrapped(annotation.__origin__)
    elif type(None) in get_args(annotation):
        for member in get_args(annotation):
            yield from _unwrapped(member)
    else:
        yield annotation

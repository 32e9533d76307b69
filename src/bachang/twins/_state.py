"""Whole states as JSON values.

A twin keeps all that changes in one tree of dataclasses, lists and scalars, so that a
snapshot can forget nothing. Floats go through JSON unchanged (shortest round trip).
"""

from __future__ import annotations

import dataclasses
import enum
from typing import Any


def dump_state(value: Any) -> Any:
    """A state tree as new dicts, lists and scalars."""
    if dataclasses.is_dataclass(value):
        return {f.name: dump_state(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, list):
        return [dump_state(item) for item in value]
    if isinstance(value, dict):
        return {key: dump_state(item) for key, item in value.items()}
    return value


def load_state(target: Any, data: dict[str, Any]) -> None:
    """Put the values of `dump_state` back into a tree of the same shape, in place.

    Raises:
        ValueError: the data belong to another shape.
    """
    names = {f.name for f in dataclasses.fields(target)}
    if names != set(data):
        raise ValueError(f"state of {type(target).__name__}: {sorted(names ^ set(data))} differ")
    for name in names:
        setattr(target, name, _loaded(getattr(target, name), data[name]))


def _loaded(current: Any, value: Any) -> Any:
    if dataclasses.is_dataclass(current):
        load_state(current, value)
        return current
    if isinstance(current, enum.Enum):
        return type(current)(value)
    if isinstance(current, list) and current and dataclasses.is_dataclass(current[0]):
        for item, data in zip(current, value, strict=True):
            load_state(item, data)
        return current
    if isinstance(current, dict) and any(dataclasses.is_dataclass(v) for v in current.values()):
        for key, item in current.items():
            load_state(item, value[key])
        return current
    if isinstance(current, (dict, list)):
        return current.__class__(value)
    return float(value) if isinstance(current, float) else value

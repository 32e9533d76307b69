"""Lower rooms know nothing of higher ones, and rooms know only each other's public names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import bachang

SOURCE = Path(bachang.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))

LAYERS = (
    {"account", "catalogue", "journal", "twins.codecs"},
    {"scenario"},
    {"plan"},
    {"twins", "services"},
    {"fabric"},
    {"exercise"},
    {"engine"},
    {"verify"},
    {"portal"},
    {"cli"},
)
"""Rooms from the lowest to the highest; a room may import from lower layers only."""
RANKS = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}


def room_of(module: str) -> str:
    """``bachang.twins.codecs.modbus`` is in ``twins.codecs``; the longest known name counts."""
    parts = module.split(".")[1:]
    while parts and ".".join(parts) not in RANKS:
        parts.pop()
    return ".".join(parts)


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports from Bachang, with the name where it may be one."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [str(node.module)]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == "bachang")


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_every_room_has_its_layer():
    rooms = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert rooms <= {room.split(".")[0] for room in RANKS}


def test_imports_go_down():
    upward = [
        f"{module_name(path)} imports {name}"
        for path in MODULES
        for name in imports_of(path)
        if not below(room_of(name), room_of(module_name(path)))
    ]
    assert upward == []


def below(other: str, room: str) -> bool:
    """Whether ``room`` may import ``other``: the same room, a lower one, or the package itself."""
    return other in ("", room) or room == "" or RANKS[other] < RANKS[room]


def test_only_public_modules_of_others_are_imported():
    private = [
        f"{module_name(path)} imports {name}"
        for path in MODULES
        for name in imports_of(path)
        if "._" in name and not in_package(path, name.partition("._")[0])
    ]
    assert private == []


def in_package(path: Path, package: str) -> bool:
    return f"{module_name(path.parent / '__init__.py')}.".startswith(f"{package}.")

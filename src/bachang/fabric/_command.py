"""A program to run in a host, and its bytes as the spawner and the zygote read them."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from bachang.fabric import _recipe

_WITH_TERMINAL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program to run in a host."""

    argv: list[str]
    environment: dict[str, str]
    directory: str = "/"
    uid: int = 0
    gid: int = 0
    groups: tuple[int, ...] = ()
    capabilities: int = 0
    limits: dict[int, int] = field(default_factory=dict)
    nice: int = 0
    log: str = ""
    """A file in the host that takes standard output and error; input is then empty."""


def entry(command: Command, *, terminal: bool = False) -> bytes:
    """What the process is to be in its host, as ``enter`` of ``native/entry.c`` reads it."""
    numbers = [_WITH_TERMINAL if terminal else 0, command.uid, command.gid, len(command.groups)]
    numbers += command.groups
    return b"".join(
        [
            struct.pack(f"<{len(numbers)}I", *numbers),
            struct.pack("<Qi", command.capabilities, command.nice),
            _recipe.word(command.log),
            struct.pack("<I", len(command.limits)),
            *(struct.pack("<IQ", *limit) for limit in command.limits.items()),
            _recipe.word(command.directory),
        ]
    )


def program(command: Command) -> bytes:
    """What it then becomes: its words and its environment."""
    environment = [f"{name}={value}" for name, value in command.environment.items()]
    return _recipe.words(command.argv) + _recipe.words(environment)

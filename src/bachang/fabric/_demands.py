"""What the operator of a machine demands of every sandbox: read by whoever starts one."""

from __future__ import annotations

import tomllib
from pathlib import Path

from bachang.fabric._contract import MachineError
from bachang.plan import Guarantee

OPERATORS_FILE = Path("/etc/bachang/isolation.toml")
"""``least = ["memory", …]``: what a sandbox on this machine must have."""


def least(path: Path = OPERATORS_FILE) -> frozenset[Guarantee]:
    """What the operator demands; nothing where there is no file.

    Raises:
        MachineError: the file cannot be understood.
    """
    try:
        asked = tomllib.loads(path.read_text(encoding="utf-8"))
        demanded = frozenset(Guarantee(one) for one in asked.pop("least", []))
        if asked:
            raise ValueError(f"unknown: {', '.join(asked)}")
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError, TypeError) as error:
        known = ", ".join(f'"{one}"' for one in Guarantee)
        raise MachineError(
            f"{path} cannot be understood ({error}): it says `least = […]` with some of {known}"
        ) from error
    return demanded

"""The spawner, once the agent is there; and what the machine gives to hosts."""

from __future__ import annotations

from collections.abc import Callable

from bachang.fabric import _policy, _seccomp
from bachang.fabric._agent._children import Children
from bachang.fabric._agent._nursery import Nursery
from bachang.fabric._assignment import Assignment
from bachang.fabric._spawner import Spawner


def adopt_spawner(children: Children, nursery: Nursery, on_end: Callable[[], None]) -> Spawner:
    """The spawner that has begun.

    Raises:
        MachineError: the template cannot be made.
    """
    children.adopt(nursery.beginning, lambda _status: None)
    spawner = Spawner(nursery.requests, nursery.reports, on_end=on_end)
    spawner.configure(_seccomp.filter_program())
    return spawner


def has_own_pid_limit() -> bool:
    """Does ``pid_max`` belong to a pid namespace here (Linux 6.14)? Then hosts are limited."""
    path = "/proc/sys/kernel/pid_max"
    try:
        with open(path, "r+", encoding="ascii") as file:
            value = file.read()
            file.seek(0)
            file.write(value)
    except OSError:
        return False
    return True


def host_ids(assignment: Assignment) -> str:
    """The id map of every host."""
    return _policy.id_map(single=assignment.single_id)

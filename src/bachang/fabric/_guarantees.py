"""What not every machine can guarantee, and what its operator, or a scenario, demands at least.

What a sandbox always has (namespaces of its own, few capabilities, the system call filter, no way
out) is no matter of choice: without it there is no sandbox.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from bachang.fabric._cgroups import Held
from bachang.fabric._errors import MachineError
from bachang.plan import Guarantee

_WITHOUT = {
    Guarantee.USERS: "one id only: no users in hosts, no setuid programs",
    Guarantee.PROCESSES: "processes are limited per user and not per host",
    Guarantee.MEMORY: "memory is limited per process and not per host",
    Guarantee.PROCESSOR: "hosts give way to the machine (nice 10) but not evenly to each other",
    Guarantee.FREEZING: "a pause stops programs by signals",
    Guarantee.NEIGHBOURS: "the machine's neighbour table is small",
}
_NEED_GROUPS = {
    Guarantee.MEMORY: Held.MEMORY,
    Guarantee.PROCESSOR: Held.CPU,
    Guarantee.FREEZING: Held.FREEZER,
}


def missing(
    held: Collection[Held],
    *,
    without_groups: str,
    single_id: bool,
    limits_pids: bool,
    neighbour_words: str,
) -> dict[Guarantee, str]:
    """What a sandbox lacks, and why, where there is more to say than that.

    Args:
        held: What control groups hold.
        without_groups: Why there are none.
        single_id: Is only one id mapped?
        limits_pids: Has a pid namespace a limit of its own?
        neighbour_words: What is wrong with the neighbour table.
    """
    found = {}
    if single_id:
        found[Guarantee.USERS] = ""
    if neighbour_words:
        found[Guarantee.NEIGHBOURS] = neighbour_words
    if not limits_pids and Held.PIDS not in held:
        found[Guarantee.PROCESSES] = ""
    for guarantee, what in _NEED_GROUPS.items():
        if what not in held:
            found[guarantee] = without_groups or f"no control group for the {what}"
    return found


def explain(missing: Mapping[Guarantee, str]) -> tuple[str, ...]:
    """One line for each reason; ``missing`` are guarantees with what the machine said."""
    reasons = dict.fromkeys(missing.values())
    return tuple(
        _line(reason, [one for one in missing if missing[one] == reason]) for reason in reasons
    )


def _line(reason: str, guarantees: list[Guarantee]) -> str:
    costs = "; ".join(_WITHOUT[one] for one in guarantees)
    return f"{reason}: {costs}" if reason else costs


def demand(asked: Iterable[Guarantee], missing: Mapping[Guarantee, str], by: str) -> None:
    """Compare what is asked for with what is missing.

    Args:
        asked: What a sandbox must have.
        missing: What it would not have, and why.
        by: Who asks.

    Raises:
        MachineError: something of it is missing.
    """
    lacking = {one: missing[one] for one in asked if one in missing}
    if lacking:
        names = ", ".join(sorted(lacking))
        raise MachineError(
            f"{by} asks for isolation that this machine does not give ({names}): "
            f"{'. '.join(explain(lacking))}. `bachang doctor` says what helps"
        )

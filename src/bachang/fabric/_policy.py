"""What programs in a host may do: capabilities, limits, priorities.

One place for all of it; the spawner and the zygote apply what stands here. Root in a host
is allowed to trainees and is weak: before any program the bounding set is cut to what
ordinary work needs.
"""

from __future__ import annotations

import resource

from bachang.plan import Host, HostKind, Limits

CAPABILITIES = {
    "chown": 0,
    "dac_override": 1,
    "fowner": 3,
    "fsetid": 4,
    "kill": 5,
    "setgid": 6,
    "setuid": 7,
    "setpcap": 8,
    "net_bind_service": 10,
    "net_admin": 12,
    "net_raw": 13,
}
"""Numbers of linux/capability.h, of all that a program in a host can ever hold."""

_EVERY_HOST = set(CAPABILITIES) - {"net_admin"}

NICE = 10
"""Priority of programs in hosts where no control group holds them back."""

NOBODY = 65534
HOST_IDS = 60_000
"""Ids 0 … 59,999 of a host are 1 … 60,000 of the agent."""

PLANT_UID = 65_000
"""The plant's user in the agent's namespace: no host can name it."""

CAPTURE_UID = 65_001
"""The user of captures' processes."""

FIRST_FREE_PID = 300
"""The kernel gives no pid below this one again, once it has come round."""

_FILE_BYTES = 1 << 30
_LOCKED_BYTES = 64 << 10
_PENDING_SIGNALS = 1024


def mask(names: set[str]) -> int:
    """The bit mask of capabilities."""
    return sum(1 << CAPABILITIES[name] for name in names)


def capabilities(host: Host) -> int:
    """The bounding set of everything that runs in ``host``, as a mask."""
    may_administer = host.net_admin or host.kind is HostKind.ROUTER
    return mask(_EVERY_HOST | ({"net_admin"} if may_administer else set()))


def firewall_capabilities() -> int:
    """What loading a host's firewall needs: done once by the platform, before anything runs."""
    return mask({"dac_override", "net_admin"})


def limits(
    wanted: Limits, *, grouped_memory: bool = False, grouped_processes: bool = False
) -> dict[int, int]:
    """Resource limits of one process, by their kernel number.

    Args:
        wanted: The host's.
        grouped_memory: Does a control group limit the host's memory? Then a process has no own
            limit.
        grouped_processes: And its processes? Then that limit is met first: it counts refusals.
    """
    memory = {} if grouped_memory else {resource.RLIMIT_AS: wanted.memory_mib << 20}
    return memory | {
        resource.RLIMIT_NOFILE: wanted.files,
        resource.RLIMIT_NPROC: wanted.processes + (2 if grouped_processes else 0),
        resource.RLIMIT_FSIZE: _FILE_BYTES,
        resource.RLIMIT_MEMLOCK: _LOCKED_BYTES,
        resource.RLIMIT_SIGPENDING: _PENDING_SIGNALS,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NICE: 0,
        resource.RLIMIT_RTPRIO: 0,
    }


def id_map(*, single: bool) -> str:
    """A host's id map in terms of the agent's ids.

    Each extent must lie inside one extent of the agent's own map (0, then 1 and up).
    """
    if single:
        return "0 0 1\n"
    return f"0 1 {HOST_IDS}\n{NOBODY} {NOBODY} 1\n"

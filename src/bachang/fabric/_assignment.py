"""What a client gives to the agent that it starts, and how it hands it over."""

from __future__ import annotations

from dataclasses import dataclass, field

from bachang.fabric._cgroups import Held
from bachang.plan import Guarantee, World

MARK = "bachang-agent"
"""Stands on an agent's command line, before its state directory: only what is marked is ours."""

# Descriptors that the agent is given.
STATUS_FD = 3
"""SEQPACKET: the agent tells how far it is; the client maps its ids."""
ASSIGNMENT_FD = 4
LISTENER_FD = 5
LOG_FD = 6
LOCK_FD = 7
"""Locked as long as the agent lives: how others see that the name is taken."""
FIRST_FD = 8
"""The spawner's first requests (`bachang.fabric._first_hosts`)."""
ZYGOTE_FD = 9
"""SEQPACKET: the link to the zygote (`bachang.fabric._zygote_server`), if hosts need one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRequest:
    """What the fork server is asked for: what an agent needs before it can read its task."""

    directory: str
    """The sandbox's state directory."""
    scratch: str
    """An empty directory, a place for mounts that nobody outside sees."""
    single_id: bool
    """Only one id is mapped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The agent's whole task."""

    name: str
    sandbox: str
    """Unique id, ``name-xxxxxxxx``."""
    world: World
    scratch: str
    """An empty directory, a place for mounts that nobody outside sees."""
    zygote: str
    """The path of `bachang.fabric._forks.load`."""
    plant_argv: tuple[str, ...]
    preload: tuple[str, ...]
    """Modules that the zygote has ready."""
    ready_timeout_s: float
    single_id: bool
    asked_for: int = 0
    """So many of the world's first hosts, by requests 1 and up, the client has asked for."""
    ends_with_client: bool = False
    """The sandbox lives only as long as its client keeps the status socket open."""
    groups: dict[Held, str] = field(default_factory=dict)
    """Directories of control groups that the caller may use, by what they hold."""
    journal_bytes: int = 1 << 30
    """How much the journal may grow to."""
    least: tuple[Guarantee, ...] = ()
    """What the operator demands."""
    neighbour_entries: int = 1 << 30
    """What the machine's neighbour table holds; the agent's own namespace cannot tell."""
    neighbour_words: str = ""
    """What that limits, for people."""

"""What a fabric must do: the abstract pair that everything above works with.

A `Fabric` brings a `World` to life as a `Sandbox`. Both are clients: the sandbox itself
is owned by its agent, which lives on when the client ends. All calls block; each is
bounded by a time.

``Raises`` is part of the contract. Errors say who is at fault:
`MachineError` (the machine lacks something; operator), `WorldError` (the plan asks for
what cannot be; author), `SandboxError` (the caller's request; participant or client),
`PlatformError` (ours). `SandboxGoneError` is a `SandboxError`: the agent has ended.

Longer than 400 lines because it is one contract, to be read as a whole.
"""

from __future__ import annotations

import abc
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bachang.fabric._errors import FabricError as FabricError
from bachang.fabric._errors import MachineError as MachineError
from bachang.fabric._errors import PlatformError as PlatformError
from bachang.fabric._errors import SandboxError as SandboxError
from bachang.fabric._errors import SandboxGoneError as SandboxGoneError
from bachang.fabric._errors import WorldError as WorldError
from bachang.fabric._follower import Follower
from bachang.journal import Event, Source
from bachang.plan import World

PointValue = bool | int | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecResult:
    """What a program in a host did."""

    status: int
    """Exit status, or minus the signal that ended it."""
    stdout: bytes
    stderr: bytes
    timed_out: bool = False
    truncated: bool = False
    """More was written than ``limit_bytes``; the rest was read and thrown away."""
    duration_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """An open terminal: ``master`` is the pseudo terminal's master side."""

    session: str
    master: int
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTerminal:
    """A terminal that lives in the sandbox, whoever looks at it."""

    session: str
    host: str
    user: str
    label: str
    """Who opened it, for people."""
    opened_wall_s: float
    """Unix time, seconds."""
    alive: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HostStatus:
    """One host as it is now."""

    name: str
    generation: int
    """How often it was reset."""
    address: str
    """First address, without prefix length."""
    processes: int
    memory_kib: int
    services: dict[str, str] = field(default_factory=dict)
    """Service name to ``up``, ``starting``, ``down`` (``failed: …`` with its last words)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureStatus:
    """A capture as it is now."""

    network: str | None
    """Only this network's frames; ``None``: of all."""
    host: str | None
    """Only what this host sends; ``None``: of all."""
    snap_bytes: int | None
    """Most that is kept of a frame; ``None``: whole frames."""
    frames: int = 0
    bytes: int = 0
    """Written so far."""
    dropped: int = 0
    """Frames that are missing, because the machine could not keep up."""
    unlike_wire: int = 0
    """Frames longer than a wire carries, or with a checksum yet to come: their network is
    not ``wire: true``."""
    running: bool = True
    problem: str = ""
    """Why it ended by itself."""
    limit_bytes: int | None = None
    """It ends by itself once so much is written; ``None``: never."""
    name: str = ""
    """Of one that goes on without its client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxStatus:
    """A sandbox as it is now."""

    id: str
    """``name-xxxxxxxx``: the `Event.sandbox` of its journal."""
    name: str
    epoch: int
    state: str
    """``deploying``, ``running``, ``paused``, ``half-deployed``, ``destroying``."""
    sandbox_time_s: float
    uptime_s: float
    agent_pid: int
    hosts: tuple[HostStatus, ...] = ()
    degraded: tuple[str, ...] = ()
    """One line each for what this machine could not give."""
    ready_s: float | None = None
    """Seconds from the start of deploy until every service answered."""
    captures: tuple[CaptureStatus, ...] = ()
    """Those that take what is sent from now on."""


class Capture(abc.ABC):
    """Frames being written to a file; ends with ``stop``, its client or the sandbox."""

    @abc.abstractmethod
    def status(self) -> CaptureStatus:
        """The counters, at most half a second old.

        Raises:
            SandboxGoneError: the agent has ended.
        """

    @abc.abstractmethod
    def stop(self) -> CaptureStatus:
        """End it: returns when the file is complete, with the last counters."""

    def __enter__(self) -> Capture:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Sandbox(abc.ABC):
    """A world that lives. Obtained from `Fabric.deploy` or `Fabric.attach`."""

    name: str

    @abc.abstractmethod
    def status(self) -> SandboxStatus:
        """The state of the sandbox and its hosts."""

    @abc.abstractmethod
    def exec(
        self,
        host: str,
        argv: list[str],
        *,
        user: str = "root",
        stdin: bytes = b"",
        environment: dict[str, str] | None = None,
        working_directory: str | None = None,
        timeout_s: float = 30.0,
        limit_bytes: int = 1 << 20,
    ) -> ExecResult:
        """Run a program in a host to its end (or kill it and all of its process group).

        Raises:
            SandboxError: no such host or user, or the program cannot be started.
            SandboxGoneError: the agent has ended.
        """

    @abc.abstractmethod
    def open_tcp(
        self, host: str, address: str, port: int, *, timeout_s: float = 5.0
    ) -> socket.socket:
        """A TCP connection that starts in a host, as the host's own programs would open it.

        ``address`` is a literal one, of IPv4 or, where the host has IPv6, of IPv6.

        Raises:
            SandboxError: it is no address.
            ConnectionError: refused or unreachable. TimeoutError: no answer.
        """

    @abc.abstractmethod
    def open_terminal(
        self,
        host: str,
        *,
        user: str = "root",
        argv: list[str] | None = None,
        rows: int = 24,
        columns: int = 80,
    ) -> Terminal:
        """A terminal with a login shell (or ``argv``) in a host."""

    def keep_terminal(
        self,
        host: str,
        *,
        user: str = "root",
        label: str = "",
        rows: int = 24,
        columns: int = 80,
    ) -> KeptTerminal:
        """A terminal with a login shell that stays when its client goes; see `join_terminal`.

        Raises:
            SandboxError: this fabric keeps no terminals, or too many are open.
        """
        raise SandboxError(f"{type(self).__name__} keeps no terminals")

    def terminals(self) -> list[KeptTerminal]:
        """The terminals that are kept, the oldest first; also some that have ended."""
        return []

    def join_terminal(self, session: str) -> socket.socket:
        """Look at a terminal that is kept.

        Returns:
            A SEQPACKET socket. It gives packets of ``o`` and output, first what was shown
            before, then one packet ``s``, then what is shown; it ends with the terminal. It
            takes packets of ``i`` and what is typed, or ``r``, rows and columns (2 × 16 bit,
            network order).

        Raises:
            SandboxError: no such terminal.
        """
        raise SandboxError(f"no terminal {session!r} is kept here")

    def terminal_recording(self, session: str) -> str:
        """What was seen on a terminal that is kept, as asciicast v2 (its newest part)."""
        raise SandboxError(f"no terminal {session!r} is kept here")

    def close_terminal(self, session: str) -> None:
        """End a terminal that is kept; its programs get a hang-up."""
        raise SandboxError(f"no terminal {session!r} is kept here")

    def capture(
        self,
        output: int,
        *,
        network: str | None = None,
        host: str | None = None,
        snap_bytes: int | None = None,
        limit_bytes: int | None = None,
    ) -> Capture:
        """Write the frames that hosts send, each once, as pcapng.

        A frame's interface is the link that it was sent over, named ``HOST:INTERFACE``; what a
        router passes on is a frame of the router. The interface ``any`` only counts what was
        dropped. Returns once frames are taken.

        Args:
            output: Descriptor to write to, a regular file or a pipe; stays the caller's. A pipe
                that is read too slowly costs frames, which are counted.
            network: Only frames in this network.
            host: Only frames that this host sends.
            snap_bytes: Most that is kept of a frame, 14 to 65,535; whole frames without it.
            limit_bytes: It ends by itself once so much is written (and at most 1 MiB more).

        Raises:
            SandboxError: this fabric captures nothing; no such network or host, they have no
                link in common, or the descriptor cannot be written to.
            SandboxGoneError: the agent has ended.
        """
        raise SandboxError(f"{type(self).__name__} captures nothing")

    def begin_capture(
        self,
        output: int,
        *,
        limit_bytes: int,
        network: str | None = None,
        host: str | None = None,
        snap_bytes: int | None = None,
    ) -> CaptureStatus:
        """A `capture` that goes on when its client leaves, until `end_capture` or its limit.

        Returns:
            What is captured; its ``name`` is for `end_capture`.
        """
        raise SandboxError(f"{type(self).__name__} captures nothing")

    def end_capture(self, name: str) -> CaptureStatus:
        """End such a capture; returns when its file is complete. One that ended is remembered.

        Raises:
            SandboxError: there is none of that name.
        """
        raise SandboxError(f"{type(self).__name__} captures nothing")

    @abc.abstractmethod
    def put_file(
        self, host: str, path: str, content: bytes, *, mode: int = 0o644, user: str = "root"
    ) -> None:
        """Write a file in a host as ``user`` would."""

    @abc.abstractmethod
    def get_file(
        self, host: str, path: str, *, user: str = "root", limit_bytes: int = 1 << 24
    ) -> bytes:
        """Read a file in a host as ``user`` would."""

    @abc.abstractmethod
    def reset(self, host: str | None = None) -> None:
        """A new generation of one host, or of everything (plant restored, new epoch)."""

    @abc.abstractmethod
    def points(self) -> dict[str, PointValue]:
        """All points of all field systems now, ``"genset.speed_rpm"`` to value."""

    @abc.abstractmethod
    def command(self, point: str, value: PointValue, *, actor: str) -> int:
        """Write a point as exercise control may; returns the tick at which it applies.

        Raises:
            SandboxError: no such point, not writable, or the value is out of its limits.
        """

    @abc.abstractmethod
    def advance(self, until_s: float, *, limit_s: float = 60.0) -> float:
        """Step the plant at full speed to a sandbox time; hosts wait. Returns the time reached.

        Raises:
            SandboxError: ``until_s`` is in the past. TimeoutError: ``limit_s`` of wall time passed.
        """

    @abc.abstractmethod
    def pause(self) -> None:
        """Stop the clock and freeze the hosts' processes."""

    @abc.abstractmethod
    def resume(self) -> None:
        """Undo `pause`."""

    @abc.abstractmethod
    def snapshot(self) -> dict[str, Any]:
        """The plant's whole state (JSON values)."""

    @abc.abstractmethod
    def restore(self, state: dict[str, Any]) -> None:
        """Put the plant into a state from `snapshot`; starts a new epoch."""

    @abc.abstractmethod
    def state_hash(self) -> tuple[int, str]:
        """Tick and SHA-256 of the plant's state at that tick."""

    @abc.abstractmethod
    def record(
        self, *, actor: str, kind: str, subject: str, data: dict[str, Any] | None = None
    ) -> Event:
        """Append to the sandbox's journal; durable (synced) when this returns."""

    @abc.abstractmethod
    def events(self, after: int = 0, *, limit: int = 10_000) -> list[Event]:
        """Events with a sequence above ``after``, in order."""

    @abc.abstractmethod
    def follow(self, after: int = 0) -> Iterator[Event]:
        """Events as they happen, from ``after`` on, until the sandbox ends."""

    @abc.abstractmethod
    def follower(self, after: int = 0) -> Follower:
        """The journal after a sequence, for a client that must not wait; close it."""

    @abc.abstractmethod
    def destroy(self) -> None:
        """End the sandbox; returns once every process is gone.

        Raises:
            SandboxGoneError: it had ended already.
        """


class Fabric(abc.ABC):
    """Where sandboxes can live."""

    @abc.abstractmethod
    def deploy(self, world: World, *, name: str, ends_with_client: bool = False) -> Sandbox:
        """Bring a world to life; returns when every service answers.

        Args:
            world: What is to live.
            name: Its name among the caller's sandboxes.
            ends_with_client: It ends, with its journal, when the returned object is gone or
                this process has died, however that came: for proofs and trials.

        Raises:
            MachineError, WorldError: nothing of it is left behind.
            SandboxError: the name is busy.
        """

    def prepare(self) -> None:  # noqa: B027 - most have nothing to prepare
        """Begin, in the background, what every deploy needs: for who knows that one will come.

        Never necessary, and never fails: if it cannot be, the deploy says so.
        """

    @abc.abstractmethod
    def attach(self, name: str) -> Sandbox:
        """The running sandbox of that name.

        Raises:
            SandboxGoneError: there is none.
        """

    @abc.abstractmethod
    def sandboxes(self) -> list[str]:
        """Names of the caller's running sandboxes, sorted."""

    def abandoned(self) -> list[str]:
        """Names of sandboxes whose agent died: only their journal is left, see `salvage`."""
        return []

    def salvage(self, name: str) -> Source:
        """The journal that a dead agent left; a deploy of that name, or `forget`, removes it."""
        raise SandboxGoneError(f"nothing of {name} is left")

    def sweep(self) -> list[str]:
        """Remove what dead sandboxes left on the machine and of which nothing else is known.

        Returns:
            Ids of those sandboxes.
        """
        return []

    def forget(self, name: str) -> None:
        """Remove what a dead agent left, its journal too.

        Raises:
            SandboxError: a sandbox of that name lives.
        """
        raise SandboxGoneError(f"nothing of {name} is left")

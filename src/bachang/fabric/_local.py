"""Sandboxes on this machine: a client of their agents."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import select
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from bachang.fabric import _contract as contract
from bachang.fabric import _state
from bachang.fabric._assignment import Assignment
from bachang.fabric._cgroups import sweep, writable_groups
from bachang.fabric._launch import enough_ids, launch, new_sandbox_id
from bachang.fabric._native import SOURCE, SPAWNER
from bachang.fabric._pump import pump
from bachang.journal import Event, LogFile
from bachang.plan import World

_PACKET_BYTES = 1 << 21
_MOST_DESCRIPTORS = 8
_PLANT = ("-m", "bachang.twins.plant")
_PRELOAD = (
    "asyncio",
    "base64",
    "csv",
    "datetime",
    "hashlib",
    "html",
    "http.cookies",
    "http.server",
    "json",
    "logging",
    "random",
    "re",
    "runpy",
    "secrets",
    "socketserver",
    "sqlite3",
    "struct",
    "subprocess",
    "threading",
    "urllib.parse",
    "urllib.request",
)
_REPLY_S = 120.0
_DESTROY_S = 20.0
_ERRORS: dict[str, type[Exception]] = {
    name: getattr(contract, name)
    for name in (
        "MachineError",
        "WorldError",
        "SandboxError",
        "SandboxGoneError",
        "PlatformError",
    )
} | {
    "ConnectionError": ConnectionError,
    "ConnectionRefusedError": ConnectionRefusedError,
    "TimeoutError": TimeoutError,
}


class LocalFabric(contract.Fabric):
    """Brings worlds to life with namespaces of this machine, as an ordinary user."""

    def __init__(
        self,
        *,
        plant_argv: tuple[str, ...] = _PLANT,
        preload: tuple[str, ...] = _PRELOAD,
        ready_timeout_s: float = 20.0,
    ) -> None:
        """Args:
        plant_argv: Arguments of Python that start the plant.
        preload: Modules that Python services in hosts find ready.
        ready_timeout_s: How long services may take until they answer.
        """
        self._plant_argv = plant_argv
        self._preload = preload
        self._ready_timeout_s = ready_timeout_s

    def deploy(self, world: World, *, name: str) -> LocalSandbox:
        """See `Fabric.deploy`."""
        _check_machine(world)
        directory = _directory(name)
        lock = directory.claim()
        sweep(name)
        assignment = Assignment(
            name=name,
            sandbox=new_sandbox_id(name),
            world=world,
            scratch=str(directory.path / "scratch"),
            spawner=str(SPAWNER),
            plant_argv=self._plant_argv,
            preload=self._preload,
            ready_timeout_s=self._ready_timeout_s,
            single_id=not enough_ids(),
            cgroups=tuple(writable_groups()),
        )
        try:
            launch(directory, assignment, lock)
        except BaseException:
            directory.remove()
            sweep(name)
            raise
        finally:
            os.close(lock)
        return LocalSandbox(directory)

    def attach(self, name: str) -> LocalSandbox:
        """See `Fabric.attach`."""
        directory = _directory(name)
        if not directory.lives():
            raise contract.SandboxGoneError(f"no sandbox named {name} is running")
        return LocalSandbox(directory)

    def sandboxes(self) -> list[str]:
        """See `Fabric.sandboxes`."""
        return sorted(one.name for one in _directories() if one.lives())

    def abandoned(self) -> list[str]:
        """Names of sandboxes whose agent died: only their journal is left, see `salvage`."""
        return sorted(one.name for one in _directories() if not one.lives())

    def salvage(self, name: str) -> list[Event]:
        """The journal of a sandbox whose agent died; a deploy of that name removes it."""
        return LogFile(_directory(name).log).events()


class LocalSandbox(contract.Sandbox):
    """A running sandbox. Each call is a connection of its own: use it from any thread."""

    def __init__(self, directory: _state.StateDirectory) -> None:
        self.name = directory.name
        self._directory = directory
        self._log = LogFile(directory.log)
        with self._connect() as connection:
            self._pid = _peer_pid(connection)

    def status(self) -> contract.SandboxStatus:
        """See `Sandbox.status`."""
        found = msgspec.convert(self._ask("status"), contract.SandboxStatus)
        return dataclasses.replace(found, agent_pid=self._pid)

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
    ) -> contract.ExecResult:
        """See `Sandbox.exec`."""
        request = {
            "op": "exec",
            "host": host,
            "argv": argv,
            "user": user,
            "environment": environment,
            "directory": working_directory,
        }
        with self._connect() as connection:
            _send(connection, request)
            _, streams = self._receive(connection)
            return pump(
                connection,
                streams,
                stdin=stdin,
                timeout_s=timeout_s,
                limit_bytes=limit_bytes,
                end=lambda: self._receive(connection)[0]["status"],
            )

    def open_tcp(
        self, host: str, address: str, port: int, *, timeout_s: float = 5.0
    ) -> socket.socket:
        """See `Sandbox.open_tcp`."""
        _, descriptors = self._ask_with_descriptors(
            "connect", host=host, address=address, port=port, timeout_s=timeout_s
        )
        opened = socket.socket(fileno=descriptors[0])
        opened.setblocking(True)
        return opened

    def open_terminal(
        self,
        host: str,
        *,
        user: str = "root",
        argv: list[str] | None = None,
        rows: int = 24,
        columns: int = 80,
    ) -> contract.Terminal:
        """See `Sandbox.open_terminal`."""
        result, descriptors = self._ask_with_descriptors(
            "terminal", host=host, user=user, argv=argv, rows=rows, columns=columns
        )
        return contract.Terminal(
            session=result["session"], master=descriptors[0], pid=result["pid"]
        )

    def keep_terminal(
        self,
        host: str,
        *,
        user: str = "root",
        label: str = "",
        rows: int = 24,
        columns: int = 80,
    ) -> contract.KeptTerminal:
        """See `Sandbox.keep_terminal`."""
        size = {"rows": rows, "columns": columns}
        kept = self._ask("keep_terminal", host=host, user=user, argv=None, label=label, **size)
        return msgspec.convert(kept, contract.KeptTerminal)

    def terminals(self) -> list[contract.KeptTerminal]:
        """See `Sandbox.terminals`."""
        return msgspec.convert(self._ask("terminals"), list[contract.KeptTerminal])

    def join_terminal(self, session: str) -> socket.socket:
        """See `Sandbox.join_terminal`."""
        connection = self._connect()
        try:
            _send(connection, {"op": "join_terminal", "session": session})
            self._receive(connection)
        except BaseException:
            connection.close()
            raise
        connection.settimeout(None)
        return connection

    def terminal_recording(self, session: str) -> str:
        """See `Sandbox.terminal_recording`."""
        return str(self._ask("terminal_recording", session=session))

    def close_terminal(self, session: str) -> None:
        """See `Sandbox.close_terminal`."""
        self._ask("close_terminal", session=session)

    def put_file(
        self, host: str, path: str, content: bytes, *, mode: int = 0o644, user: str = "root"
    ) -> None:
        """See `Sandbox.put_file`."""
        script = 'umask 077; cat > "$1" && chmod "$2" "$1"'
        argv = ["/bin/sh", "-c", script, "put", path, f"{mode:04o}"]
        done = self.exec(host, argv, user=user, stdin=content)
        if done.status:
            raise contract.SandboxError(_refusal("write", host, path, user, done))

    def get_file(
        self, host: str, path: str, *, user: str = "root", limit_bytes: int = 1 << 24
    ) -> bytes:
        """See `Sandbox.get_file`."""
        done = self.exec(host, ["/bin/cat", "--", path], user=user, limit_bytes=limit_bytes)
        if done.truncated:
            raise contract.SandboxError(f"{host}: {path} is larger than {limit_bytes} bytes")
        if done.status:
            raise contract.SandboxError(_refusal("read", host, path, user, done))
        return done.stdout

    def reset(self, host: str | None = None) -> None:
        """See `Sandbox.reset`."""
        self._ask("reset", host=host)

    def points(self) -> dict[str, contract.PointValue]:
        """See `Sandbox.points`."""
        return dict(self._ask("points"))

    def command(self, point: str, value: contract.PointValue, *, actor: str) -> int:
        """See `Sandbox.command`."""
        return int(self._ask("command", point=point, value=value, actor=actor)["tick"])

    def advance(self, until_s: float, *, limit_s: float = 60.0) -> float:
        """See `Sandbox.advance`."""
        result = self._ask("advance", until_s=until_s, limit_s=limit_s)
        if result.get("timed_out"):
            raise TimeoutError(
                f"{limit_s:g} s passed and the plant is at {result['time_s']:.1f} s "
                f"of {until_s:.1f} s"
            )
        return float(result["time_s"])

    def pause(self) -> None:
        """See `Sandbox.pause`."""
        self._ask("pause")

    def resume(self) -> None:
        """See `Sandbox.resume`."""
        self._ask("resume")

    def snapshot(self) -> dict[str, Any]:
        """See `Sandbox.snapshot`."""
        return dict(self._ask("snapshot")["state"])

    def restore(self, state: dict[str, Any]) -> None:
        """See `Sandbox.restore`."""
        self._ask("restore", state=state)

    def state_hash(self) -> tuple[int, str]:
        """See `Sandbox.state_hash`."""
        result = self._ask("snapshot")
        return int(result["tick"]), str(result["hash"])

    def record(
        self, *, actor: str, kind: str, subject: str, data: dict[str, Any] | None = None
    ) -> Event:
        """See `Sandbox.record`."""
        result = self._ask("record", actor=actor, kind=kind, subject=subject, data=data or {})
        return msgspec.convert(result, Event)

    def events(self, after: int = 0, *, limit: int = 10_000) -> list[Event]:
        """See `Sandbox.events`."""
        return self._log.events(after, limit=limit)

    def follow(self, after: int = 0) -> Iterator[Event]:
        """See `Sandbox.follow`."""
        log = self._directory.log.open("rb")
        with log, self._connect() as connection:
            reader = LogFile(Path(f"/proc/self/fd/{log.fileno()}"))
            _send(connection, {"op": "follow"})
            while True:
                woken = connection.recv(_PACKET_BYTES)
                for event in reader.events(after):
                    after = event.sequence
                    yield event
                if not woken:
                    return

    def destroy(self) -> None:
        """See `Sandbox.destroy`."""
        agent = os.pidfd_open(self._pid)
        try:
            self._ask("destroy")
            if not select.select([agent], [], [], _DESTROY_S)[0]:
                raise contract.PlatformError(f"the agent (pid {self._pid}) does not end")
        finally:
            os.close(agent)
        self._directory.remove()
        sweep(self.name)

    def _ask(self, operation: str, **arguments: Any) -> Any:
        return self._ask_with_descriptors(operation, **arguments)[0]

    def _ask_with_descriptors(self, operation: str, **arguments: Any) -> tuple[Any, list[int]]:
        with self._connect() as connection:
            _send(connection, {"op": operation, **arguments})
            return self._receive(connection)

    def _connect(self) -> socket.socket:
        try:
            connection = self._directory.connect()
        except OSError as error:
            raise contract.SandboxGoneError(f"the sandbox {self.name} has ended") from error
        connection.settimeout(_REPLY_S)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _PACKET_BYTES)
        return connection

    def _receive(self, connection: socket.socket) -> tuple[Any, list[int]]:
        """The answer and the descriptors with it.

        Raises:
            FabricError: the agent's refusal.
        """
        try:
            data, descriptors, _, _ = socket.recv_fds(
                connection, _PACKET_BYTES, _MOST_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
            )
        except TimeoutError:
            raise contract.PlatformError(f"the agent of {self.name} does not answer") from None
        except OSError:
            data, descriptors = b"", []
        if not data:
            raise contract.SandboxGoneError(f"the sandbox {self.name} has ended")
        answer = msgspec.json.decode(data)
        if answer["ok"]:
            return answer["result"], descriptors
        error = answer["error"]
        raise _ERRORS.get(error["kind"], contract.PlatformError)(error["message"])


def _check_machine(world: World) -> None:
    if os.geteuid() == 0:
        raise contract.MachineError(
            "a sandbox is not to belong to root: run it as an ordinary user"
        )
    if not SPAWNER.exists():
        raise contract.MachineError(
            "the native helper is not built: run `make setup` (python -m bachang.fabric.build)"
        )
    if SOURCE.exists() and SPAWNER.stat().st_mtime < SOURCE.stat().st_mtime:
        raise contract.MachineError(
            "the native helper is older than its source: run `make setup` "
            "(python -m bachang.fabric.build)"
        )
    users = sorted(host.name for host in world.hosts if host.users)
    if users and not enough_ids():
        raise contract.MachineError(
            f"hosts with users ({', '.join(users)}) need subordinate ids, and this account has "
            "none: `bachang doctor` says how to get them"
        )


def _directory(name: str) -> _state.StateDirectory:
    return _state.StateDirectory(_state.home() / _state.checked_name(name))


def _directories() -> list[_state.StateDirectory]:
    with contextlib.suppress(FileNotFoundError):
        return [_state.StateDirectory(path) for path in _state.home().iterdir()]
    return []


def _peer_pid(connection: socket.socket) -> int:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int(struct.unpack("iII", raw)[0])


def _send(connection: socket.socket, request: dict[str, Any]) -> None:
    connection.sendmsg([msgspec.json.encode(request)])


def _refusal(what: str, host: str, path: str, user: str, done: contract.ExecResult) -> str:
    words = done.stderr.decode(errors="replace").strip()
    return f"{user} cannot {what} {path} on {host}: {words or f'status {done.status}'}"

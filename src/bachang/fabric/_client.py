"""A running sandbox, as a client of its agent.

Longer than 400 lines because it is all of `Sandbox`, a few lines for each of its methods.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import signal
import socket
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from bachang.fabric import _contract as contract
from bachang.fabric._capturing import LocalCapture, wished
from bachang.fabric._cgroups import Held
from bachang.fabric._failures import failure
from bachang.fabric._following import LocalFollower
from bachang.fabric._ownership import sweep
from bachang.fabric._packets import receive
from bachang.fabric._pidfd import ended
from bachang.fabric._printable import printable
from bachang.fabric._pump import pump
from bachang.fabric._scarcity import explain
from bachang.fabric._state import StateDirectory
from bachang.journal import Event, LogFile

_PACKET_BYTES = 1 << 21
_MOST_DESCRIPTORS = 8
_REPLY_S = 120.0
_DESTROY_S = 20.0
_DEATH_S = 0.5


class LocalSandbox(contract.Sandbox):
    """A running sandbox. Each call is a connection of its own: use it from any thread."""

    def __init__(
        self,
        directory: StateDirectory,
        leash: socket.socket | None = None,
        *,
        groups: Mapping[Held, str],
    ) -> None:
        """Args:
        directory: Where the agent's door is.
        leash: The sandbox lives only as long as this is open.
        groups: Directories of control groups that it may have.
        """
        self._groups = groups
        self._leash = leash
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

    def capture(
        self,
        output: int,
        *,
        network: str | None = None,
        host: str | None = None,
        snap_bytes: int | None = None,
        limit_bytes: int | None = None,
    ) -> LocalCapture:
        """See `Sandbox.capture`."""
        wishes = contract.CaptureStatus(
            network=network, host=host, snap_bytes=snap_bytes, limit_bytes=limit_bytes
        )
        return LocalCapture(self._begin_capture("capture", output, wishes)[0], self._receive)

    def begin_capture(
        self,
        output: int,
        *,
        limit_bytes: int,
        network: str | None = None,
        host: str | None = None,
        snap_bytes: int | None = None,
    ) -> contract.CaptureStatus:
        """See `Sandbox.begin_capture`."""
        wishes = contract.CaptureStatus(
            network=network, host=host, snap_bytes=snap_bytes, limit_bytes=limit_bytes
        )
        connection, begun = self._begin_capture("begin_capture", output, wishes)
        connection.close()
        return msgspec.convert(begun, contract.CaptureStatus)

    def end_capture(self, name: str) -> contract.CaptureStatus:
        """See `Sandbox.end_capture`."""
        return msgspec.convert(self._ask("end_capture", name=name), contract.CaptureStatus)

    def _begin_capture(
        self, operation: str, output: int, wishes: contract.CaptureStatus
    ) -> tuple[socket.socket, Any]:
        connection = self._connect()
        try:
            _send(connection, {"op": operation, **wished(wishes)})
            self._receive(connection)
            socket.send_fds(connection, [b"{}"], [output])
            return connection, self._receive(connection)[0]
        except BaseException:
            connection.close()
            raise

    def put_file(
        self, host: str, path: str, content: bytes, *, mode: int = 0o644, user: str = "root"
    ) -> None:
        """See `Sandbox.put_file`."""
        script = 'umask 077; cat > "$1" && chmod "$2" -- "$1"'
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
        result = self._ask("advance", reply_s=limit_s + _REPLY_S, until_s=until_s, limit_s=limit_s)
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
            connection.settimeout(None)
            while True:
                woken = receive(connection.recv, _PACKET_BYTES)
                while news := reader.events(after):
                    yield from news
                    after = news[-1].sequence
                if not woken:
                    return

    def follower(self, after: int = 0) -> LocalFollower:
        """See `Sandbox.follower`."""
        connection = self._connect()
        try:
            _send(connection, {"op": "follow"})
            return LocalFollower(connection, self._directory.log, after, failure)
        except BaseException:
            connection.close()
            raise

    def destroy(self) -> None:
        """See `Sandbox.destroy`."""
        try:
            agent = os.pidfd_open(self._pid)
        except ProcessLookupError:
            raise self._gone() from None
        try:
            self._ask_to_end(agent)
            if not ended(agent, within_s=_DESTROY_S):
                raise contract.PlatformError(f"the agent (pid {self._pid}) does not end")
        finally:
            os.close(agent)
        if self._leash:
            self._leash.close()
        self._directory.remove_dead()
        sweep(self._groups.values(), self.name)

    def _ask_to_end(self, agent: int) -> None:
        """If it cannot, for want of memory say, it is ended: what is in it ends with it."""
        try:
            self._ask("destroy", reply_s=_REPLY_S)
        except (contract.MachineError, contract.PlatformError, contract.SandboxGoneError):
            if ended(agent, within_s=_DEATH_S):
                raise
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(agent, signal.SIGKILL)

    def _ask(self, operation: str, *, reply_s: float = _REPLY_S, **arguments: Any) -> Any:
        return self._ask_with_descriptors(operation, reply_s=reply_s, **arguments)[0]

    def _ask_with_descriptors(
        self, operation: str, *, reply_s: float = _REPLY_S, **arguments: Any
    ) -> tuple[Any, list[int]]:
        with self._connect() as connection:
            connection.settimeout(reply_s)
            _send(connection, {"op": operation, **arguments})
            return self._receive(connection)

    def _connect(self) -> socket.socket:
        try:
            connection = self._directory.connect()
        except OSError as error:
            if words := explain(error.errno or 0):
                raise contract.MachineError(words) from error
            raise self._gone() from error
        connection.settimeout(_REPLY_S)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _PACKET_BYTES)
        return connection

    def _gone(self) -> contract.SandboxGoneError:
        return contract.SandboxGoneError(f"the sandbox {self.name} has ended")

    def _receive(self, connection: socket.socket) -> tuple[Any, list[int]]:
        """The answer and the descriptors with it.

        Raises:
            FabricError: the agent's refusal.
            MachineError: there is no room for the descriptors.
        """
        try:
            data, descriptors, flags, _ = receive(
                socket.recv_fds,
                connection,
                _PACKET_BYTES,
                _MOST_DESCRIPTORS,
                socket.MSG_CMSG_CLOEXEC,
            )
        except TimeoutError:
            raise contract.PlatformError(f"the agent of {self.name} does not answer") from None
        except OSError:
            data, descriptors, flags = b"", [], 0
        if flags & socket.MSG_CTRUNC:
            for one in descriptors:
                os.close(one)
            raise contract.MachineError(explain(errno.EMFILE) or "")
        if not data:
            raise self._gone()
        answer = msgspec.json.decode(data)
        if answer["ok"]:
            return answer["result"], descriptors
        raise failure(answer["error"])


def _peer_pid(connection: socket.socket) -> int:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int(struct.unpack("iII", raw)[0])


def _send(connection: socket.socket, request: dict[str, Any]) -> None:
    try:
        connection.sendmsg([msgspec.json.encode(request)])
    except ConnectionError as error:
        raise contract.SandboxGoneError("the sandbox has ended") from error


def _refusal(what: str, host: str, path: str, user: str, done: contract.ExecResult) -> str:
    words = printable(done.stderr)
    return f"{user} cannot {what} {path} on {host}: {words or f'status {done.status}'}"

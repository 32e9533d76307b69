"""A Modbus TCP gateway: clients on one side, one device on the other, a guard between.

As delivered it passes everything on. With ``GUARD=on`` it gives breaker commands a meaning
that can be repeated safely: the device only knows *toggle*, so a lost, doubled or replayed
frame opens what should stay closed. The guard reads a written ``on`` as *close* and ``off``
as *open*, looks at the breaker's state, and sends the toggle only if that changes something;
a second change of the same breaker must wait ``PAUSE_S``. Writing several coils at once would
go round that and is refused.

The file is read anew for every request, so a change takes effect at once and outlives the
service. Every write is logged with the client's address: the device itself only sees the
gateway.
"""

from __future__ import annotations

import contextlib
import os
import socket
import socketserver
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bachang.services._families import BothFamilies
from bachang.services._modbus import (
    BUSY,
    GATEWAY_FAULT,
    ILLEGAL_FUNCTION,
    ILLEGAL_VALUE,
    NO_ANSWER_BEHIND_GATEWAY,
    WRITE_COIL,
    WRITE_COILS,
    WRITES,
    Client,
    Frame,
    receive,
)

_IDLE_S = 60.0
"""A client that says nothing for so long is let go."""
_CLOSE, _OPEN = 0xFF00, 0x0000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the gateway's file says."""

    guard: bool = False
    breakers: dict[int, int] = field(default_factory=dict)
    """Toggling command coil to the status coil that shows the breaker closed."""
    pause_s: float = 5.0


def parse(text: str) -> Settings:
    """Settings from ``KEY=value`` lines; ``BREAKERS=5:7,6:6`` pairs command and status.

    Raises:
        ValueError: a value that is not what its key needs, named.
    """
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    guard = values.get("GUARD", "off").strip().lower()
    if guard not in ("on", "off"):
        raise ValueError(f"GUARD is {guard!r}; it must be on or off")
    pairs = [pair.split(":") for pair in values.get("BREAKERS", "").split(",") if pair.strip()]
    try:
        breakers = {int(command): int(status) for command, status in pairs}
    except ValueError:
        raise ValueError("BREAKERS must be COMMAND:STATUS pairs, e.g. 5:7,6:6") from None
    pause_s = float(values.get("PAUSE_S", "5"))
    return Settings(guard=guard == "on", breakers=breakers, pause_s=pause_s)


class Guard:
    """Passes requests to the device, and breaker commands only where they make sense."""

    def __init__(
        self, device: Client, settings: Callable[[], Settings], now: Callable[[], float]
    ) -> None:
        self._device = device
        self._settings = settings
        self._now = now
        self._changed_s: dict[int, float] = {}

    def handle(self, request: Frame) -> Frame:
        """The answer to one request."""
        try:
            settings = self._settings()
            if settings.guard and request.body[0] == WRITE_COILS:
                return request.refusal(ILLEGAL_FUNCTION)
            if settings.guard and request.body[0] == WRITE_COIL and len(request.body) == 5:
                coil, value = struct.unpack(">HH", request.body[1:])
                if coil in settings.breakers:
                    return self._switch(request, coil, value, settings)
            return request.answer(self._device.ask(request.body, unit=request.unit))
        except OSError:
            return request.refusal(NO_ANSWER_BEHIND_GATEWAY)
        except ValueError as error:
            print(f"settings: {error}; nothing is passed on until they are right", flush=True)
            return request.refusal(GATEWAY_FAULT)

    def _switch(self, request: Frame, coil: int, value: int, settings: Settings) -> Frame:
        if value not in (_CLOSE, _OPEN):
            return request.refusal(ILLEGAL_VALUE)
        closed = self._device.coils(settings.breakers[coil], 1)[0]
        if closed == (value == _CLOSE):
            return request.answer(request.body)
        last_s = self._changed_s.get(coil)
        if last_s is not None and self._now() - last_s < settings.pause_s:
            return request.refusal(BUSY)
        self._changed_s[coil] = self._now()
        toggle = struct.pack(">BHH", WRITE_COIL, coil, _CLOSE)
        answer = self._device.ask(toggle, unit=request.unit)
        return request.answer(request.body if answer == toggle else answer)


class _Server(BothFamilies, socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 32

    def __init__(self, port: int, guard: Guard) -> None:
        self.guard = guard
        super().__init__(port, _Session)


class _Session(socketserver.BaseRequestHandler):
    server: _Server
    request: socket.socket

    def handle(self) -> None:
        self.request.settimeout(_IDLE_S)
        # A client that goes away or talks nonsense ends only its own session.
        with contextlib.suppress(OSError):
            while (frame := receive(self.request)) is not None:
                answer = self.server.guard.handle(frame)
                self._log(frame, answer)
                self.request.sendall(answer.encoded())

    def _log(self, frame: Frame, answer: Frame) -> None:
        if frame.body[0] in WRITES:
            refused = f" refused {answer.body[1]}" if answer.body[0] & 0x80 else ""
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S")
            print(stamp, self.client_address[0], frame.body.hex(" ") + refused, flush=True)


def _settings_from(path: str) -> Callable[[], Settings]:
    def read() -> Settings:
        with open(path, encoding="utf-8") as file:
            return parse(file.read())

    return read


def main() -> None:
    """Serve; environment: PORT, DEVICE (``address:port``), CONFIG (path)."""
    settings = _settings_from(os.environ["CONFIG"])
    try:
        settings()
    except (OSError, ValueError) as error:
        sys.exit(f"{os.environ['CONFIG']}: {error}")
    guard = Guard(Client(os.environ["DEVICE"]), settings, time.monotonic)
    with _Server(int(os.environ["PORT"]), guard) as server:
        server.serve_forever()

"""A device on loopback with two toggling breakers, for the services to talk to."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator

from bachang.services._modbus import Frame, receive


class Breakers:
    """Coils 6 and 7 show the mains' and the generator's breaker; writing 6 or 5 toggles."""

    def __init__(self) -> None:
        self.closed = {6: True, 7: False}
        self.registers = {6: 5000, 34: 9, 20: 32766}
        self.seen: list[bytes] = []
        self.address = ""

    def answer(self, request: Frame) -> Frame:
        self.seen.append(request.body)
        function, address, value = struct.unpack(">BHH", request.body[:5])
        if function == 1:
            bits = sum(self.closed.get(address + i, False) << i for i in range(value))
            return request.answer(bytes((1, 1, bits)))
        if function == 3 and address in self.registers:
            words = [self.registers.get(address + i, 32766) for i in range(value)]
            return request.answer(struct.pack(f">BB{value}H", 3, 2 * value, *words))
        if function == 5 and address in (5, 6):
            shown = {5: 7, 6: 6}[address]
            self.closed[shown] = not self.closed[shown]
            return request.answer(request.body)
        return request.refusal(2)


@contextlib.contextmanager
def served(breakers: Breakers) -> Iterator[Breakers]:
    """Serve it on a free port of loopback, its ``address``."""

    class Session(socketserver.BaseRequestHandler):
        request: socket.socket

        def handle(self) -> None:
            while (frame := receive(self.request)) is not None:
                self.request.sendall(breakers.answer(frame).encoded())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Session) as server:
        breakers.address = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield breakers
        finally:
            server.shutdown()
            thread.join()

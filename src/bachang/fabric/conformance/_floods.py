"""What one host, or one caller, can do to the others: nothing that lasts."""

from __future__ import annotations

import threading

from bachang.fabric import Sandbox
from bachang.fabric.conformance import _worlds

_CALLERS = 30
_SPEW = """
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
end = time.monotonic() + 0.5
while time.monotonic() < end:
    for place in range(99):
        try:
            s.sendto(b"x" * 1400, ("10.73.0.%d" % (place % 2 * 243 + 12), 9))
        except OSError:
            pass
"""


class TestFloods:
    """Somebody sends as fast as it goes."""

    def test_packets_and_broadcasts(self, sandbox: Sandbox) -> None:
        assert sandbox.exec("six", ["python3", "-c", _SPEW]).status == 0
        with sandbox.open_tcp("slow", "10.73.0.12", _worlds.PAGE_PORT, timeout_s=2) as line:
            line.sendall(b"well?")
            line.shutdown(1)
            assert line.recv(100) == b"5"

    def test_addresses_that_nobody_has(self, sandbox: Sandbox) -> None:
        """Each is an entry in a neighbour table, which hosts may share."""
        scan = "for n in $(seq 20 250); do echo > /dev/udp/10.73.0.$n/9; done"
        sandbox.exec("six", ["bash", "-c", scan])
        done = sandbox.exec("slow", ["ping", "-c", "1", "-W", "2", "lamp"])
        assert done.status == 0, done.stdout

    def test_callers_all_at_once(self, sandbox: Sandbox) -> None:
        answers: list[bytes] = []

        def call(number: int) -> None:
            answers.append(sandbox.exec("desk", ["echo", str(number)]).stdout)

        callers = [threading.Thread(target=call, args=(n,)) for n in range(_CALLERS)]
        for one in callers:
            one.start()
        for one in callers:
            one.join()
        assert sorted(map(int, answers)) == list(range(_CALLERS))

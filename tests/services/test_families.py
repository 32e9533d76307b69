"""Services answer over both families of addresses, and clients reach devices over both."""

from __future__ import annotations

import socketserver
import threading
from pathlib import Path

import pytest

from bachang.services import _families
from bachang.services._families import BothFamilies
from bachang.services._modbus import Client, receive


class _Who(socketserver.BaseRequestHandler):
    """Answers any request with the address that it came from."""

    def handle(self) -> None:
        asked = receive(self.request)
        assert asked
        answer = asked.answer(self.client_address[0].encode())
        self.request.sendall(answer.encoded())


class _Server(BothFamilies, socketserver.ThreadingTCPServer):
    allow_reuse_address = True


@pytest.mark.parametrize(
    ("shown", "where", "seen"),
    [
        ("1", "127.0.0.1", "127.0.0.1"),
        ("1", "[::1]", "::1"),
        ("", "127.0.0.1", "127.0.0.1"),
    ],
)
def test_each_client_is_called_by_its_own_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: str, where: str, seen: str
) -> None:
    addresses = tmp_path / "if_inet6"
    addresses.write_text(shown)
    monkeypatch.setattr(_families, "_ADDRESSES", addresses)
    with _Server(0, _Who) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            client = Client(f"{where}:{server.server_address[1]}")
            assert client.ask(b"\x03").decode() == seen
            client.close()
        finally:
            server.shutdown()
            serving.join()

"""WebSockets to pages of hosts, and pages without an origin, through a real portal."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from bachang.fabric import LocalFabric
from tests.portal.test_restart import Process, free_port
from tests.portal.test_run import running, until

PAGES = Path(__file__).parent / "pages"


class Looking:
    """Somebody who has a page of a host open."""

    def __init__(self, process: Process, client: httpx2.Client) -> None:
        self.client = client
        self.run = client.post("/api/exercises", json={"pack": "sockets"}).json()["runs"][0]["id"]
        running(client, self.run)
        self.port = process.origin.rpartition(":")[2]
        self.cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        wanted = {"host": "server", "screen": "app"}
        answer = client.post(f"/api/runs/{self.run}/screens", json=wanted)
        assert answer.status_code == 201, answer.text
        self.screen: dict[str, Any] = answer.json()

    @property
    def url(self) -> str:
        """The page's address."""
        return str(self.screen["url"])

    @property
    def host(self) -> str:
        """Host and port of the page's address."""
        return self.url.split("/")[2]

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Ask for something of the page, as a browser whose names end in ``.localhost`` would."""
        below = self.url.partition(self.host)[2].rstrip("/")
        address = f"http://127.0.0.1:{self.port}{below}{path}"
        return httpx2.get(address, headers={"Host": self.host, "Cookie": self.cookie, **headers})

    @contextlib.contextmanager
    def socket(self, path: str = "/socket", **more: Any) -> Iterator[ClientConnection]:
        """A WebSocket of the page, with the portal's cookie, which a browser would send along."""
        below = self.url.partition(self.host)[2].rstrip("/")
        own = self.url.removesuffix("/") if below == "" else "null"
        options = {"origin": Origin(own), "max_size": None} | more
        address = f"ws://{self.host}{below}{path}"
        headers = {"Cookie": f"{self.cookie}; theirs=2"}
        way = socket.create_connection(("127.0.0.1", int(self.port)))
        with connect(address, sock=way, proxy=None, additional_headers=headers, **options) as talk:
            yield talk


@contextlib.contextmanager
def looking(*words: str) -> Iterator[Looking]:
    port = free_port()
    words = tuple(word.replace("PORT", str(port)) for word in words)
    process = Process(port, "--packs", str(PAGES), *words)
    headers = {"X-Bachang": "1", "Origin": process.origin}
    try:
        with httpx2.Client(base_url=process.origin, headers=headers, timeout=60) as client:
            client.post("/api/session/token", json={"token": process.token}).raise_for_status()
            yield Looking(process, client)
    finally:
        process.stop()
        for name in LocalFabric().sandboxes():
            LocalFabric().attach(name).destroy()


@pytest.fixture(scope="module")
def own(lasting_home: Path) -> Iterator[Looking]:
    """A page at an origin of its own."""
    with looking() as made:
        yield made


def test_a_websocket_of_a_host(own: Looking) -> None:
    with own.socket(subprotocols=[Subprotocol("talk"), Subprotocol("more")]) as talk:
        assert talk.subprotocol == "talk"
        for said in ("hello 你好", b"\x00\xff" * 40_000, ""):
            talk.send(said)
            assert talk.recv(30) == said
        talk.send("headers")
        asked = json.loads(talk.recv(30))
    told = asked["headers"]
    assert asked["path"] == "/socket"
    assert told["cookie"] == "theirs=2"  # the portal's own has gone
    assert told["host"] == "10.45.0.21:8000"
    assert told["origin"] == "http://10.45.0.21:8000"
    assert own.cookie not in str(asked)
    assert {"authorization", "x-bachang", "referer"} & set(told) == set()


def test_only_the_page_itself_opens_it(own: Looking) -> None:
    portal = f"http://127.0.0.1:{own.port}"
    for origin in ("http://evil.example", portal, "null"):
        with pytest.raises(InvalidStatus) as refused, own.socket(origin=Origin(origin)):
            pass
        assert refused.value.response.status_code == 403


@contextlib.contextmanager
def opened_again(look: Looking) -> Iterator[ClientConnection]:
    """A WebSocket, as soon as others have ended."""
    with contextlib.ExitStack() as stack:

        def attempt() -> ClientConnection | None:
            with contextlib.suppress(InvalidStatus):
                return stack.enter_context(look.socket())
            return None

        yield until(attempt, lambda talk: talk is not None)


def open_many(look: Looking, number: int) -> None:
    """So many at a time."""
    with contextlib.ExitStack() as many:
        for _ in range(number):
            many.enter_context(look.socket())


def test_what_does_not_fit_has_an_end(own: Looking) -> None:
    with own.socket() as slow:
        slow.send("burst 300")  # 30 MB, which nobody takes; the portal does not hold it for us
        with own.socket() as other:
            other.send("still here")
            assert other.recv(30) == "still here"
        received = sum(len(slow.recv(30)) for _ in range(300))
        assert received == 30_000_000  # slow, but whole
    with own.socket() as long:
        long.send("long")
        with pytest.raises(ConnectionClosed):
            long.recv(30)
    with pytest.raises(InvalidStatus):
        open_many(own, 33)
    with opened_again(own) as ended:
        ended.send("end 3001")
        with pytest.raises(ConnectionClosed) as closed:
            ended.recv(30)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (3001, "told so")


@pytest.mark.parametrize("host", ["server", "desk"])
def test_a_reset_ends_it(own: Looking, host: str) -> None:
    with own.socket() as talk:
        talk.send("hello")
        assert talk.recv(30) == "hello"
        reset = own.client.post(f"/api/runs/{own.run}/reset", json={"host": host})
        assert reset.is_success
        with pytest.raises(ConnectionClosed) as closed:
            talk.recv(60)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (
            1001, "the host was made anew"
        )  # fmt: skip
    with own.socket() as again:  # the page's address stays
        again.send("hello")
        assert again.recv(30) == "hello"

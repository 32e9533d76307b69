"""A host's page that tries what pages try: cookies, absolute paths, WebSockets, and more."""

import base64
import hashlib
import json
import socketserver
import struct
from http.server import BaseHTTPRequestHandler

PAGE = """<!doctype html><link rel=stylesheet href="/style.css"><h1>hello</h1>
<a href="/next?a=1">next</a> <a href="/raw">raw</a><p id=said>waiting</p>
<script src="/app.js"></script>"""
RAW = "<!doctype html><h1>raw</h1><p id=said>waiting</p><script src=app.js></script>"
SCRIPT = """
const tried = {};
async function attempt(name, what) {
  try { tried[name] = String(await what()); } catch (error) { tried[name] = "refused"; }
}
const portal = location.origin;  // where a page has no origin, its address is the portal's
const hidden = {credentials: "include", referrerPolicy: "no-referrer"};
const told = (answer) => answer.ok ? answer.text() : "status " + answer.status;
(async () => {
  await attempt("origin", () => self.origin);
  await attempt("cookie", () => { document.cookie = "mine=1"; return document.cookie; });
  await attempt("storage", () => localStorage.length);
  await attempt("frame", () => parent.document.title);
  if (location.pathname.endsWith("/raw")) {
  for (const path of ["/api/session", "/api/accounts"]) {
    await attempt(path, () => fetch(portal + path, hidden).then(told));
  }
  await attempt("write", () => fetch(portal + "/api/session", {
    ...hidden, method: "DELETE", headers: {"X-Bachang": "1"}}).then(told));
  await attempt("live", () => new Promise((yes, no) => {
    const live = new WebSocket(portal.replace("http", "ws") + "/api/live?topic=machine");
    live.onmessage = (event) => yes(event.data);
    live.onclose = live.onerror = no;
  }));
  } else {
  await attempt("own", () => fetch("/json").then(told));
  await attempt("post", () => fetch("/json", {
    method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"}).then(told));
  await attempt("socket", () => new Promise((yes, no) => {
    const own = new WebSocket(new URL("socket", location.href).href.replace("http", "ws"));
    own.onopen = () => own.send("hi");
    own.onmessage = (event) => yes(event.data);
    own.onclose = own.onerror = no;
  }));
  }
  document.getElementById("said").textContent = JSON.stringify(tried);
})();
"""
FILES = {
    "/": ("text/html", PAGE),
    "/app.js": ("text/javascript", SCRIPT),
    "/style.css": ("text/css", "h1 { color: rgb(1, 2, 3); }"),
    "/raw": ("text/html", RAW),
    "/next": ("text/html", "<!doctype html><h1>the next page</h1>"),
}
KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Request(BaseHTTPRequestHandler):
    """One request, or one WebSocket."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """A file, what was asked, or a WebSocket."""
        path = self.path.partition("?")[0]
        if "upgrade" in self.headers.get("Connection", "").lower():
            self.talk()
        elif path == "/raw":  # nothing is written into a page that says how it is encoded
            self.answer(*FILES[path], more=(("Content-Encoding", "identity"),))
        elif path in FILES:
            self.answer(*FILES[path])
        elif path == "/away":
            self.answer("text/plain", "", status=302, more=(("Location", "/next"),))
        else:
            self.answer("application/json", json.dumps(self.asked()))

    def do_POST(self) -> None:
        """As GET, after the body."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.answer("application/json", json.dumps(self.asked()))

    def asked(self) -> dict[str, object]:
        """What the host is told of the browser."""
        return {"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}}

    def answer(
        self, kind: str, text: str, status: int = 200, more: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """An answer that sets a cookie."""
        body = text.encode()
        self.send_response(status)
        for name, value in [("Content-Type", kind), ("Content-Length", str(len(body))), *more]:
            self.send_header(name, value)
        self.send_header("Set-Cookie", "page=1; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def talk(self) -> None:
        """Echo; ``headers``, ``burst N`` and ``end CODE`` are orders."""
        self.close_connection = True
        key = self.headers["Sec-WebSocket-Key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + KEY, usedforsecurity=False).digest()).decode()
        self.send_response(101)
        lines = [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", accept),
        ]
        if offered := self.headers.get("Sec-WebSocket-Protocol"):
            lines.append(("Sec-WebSocket-Protocol", offered.split(",")[0].strip()))
        for name, value in lines:
            self.send_header(name, value)
        self.end_headers()
        while (frame := self.frame()) is not None:
            kind, content = frame
            words = content.decode(errors="replace").split() if kind == 1 else []
            if kind == 8:
                self.say(8, content[:2])
                return
            if words[:1] == ["headers"]:
                self.say(1, json.dumps(self.asked()).encode())
            elif words[:1] == ["burst"]:
                for _ in range(int(words[1])):
                    self.say(2, bytes(100_000))
            elif words[:1] == ["long"]:
                self.say(2, bytes(2_000_000))
            elif words[:1] == ["end"]:
                self.say(8, struct.pack("!H", int(words[1])) + b"told so")
            else:
                self.say(kind, content)

    def frame(self) -> tuple[int, bytes] | None:
        """Kind and content of a masked frame; None at the end."""
        head = self.rfile.read(2)
        if len(head) < 2:
            return None
        length = head[1] & 0x7F
        if length == 126:
            length = struct.unpack("!H", self.rfile.read(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", self.rfile.read(8))[0]
        mask = self.rfile.read(4)
        content = self.rfile.read(length)
        return head[0] & 0xF, bytes(b ^ mask[n % 4] for n, b in enumerate(content))

    def say(self, kind: int, content: bytes) -> None:
        """Send a frame."""
        size = len(content)
        if size < 126:
            head = struct.pack("!BB", 0x80 | kind, size)
        elif size < 65536:
            head = struct.pack("!BBH", 0x80 | kind, 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | kind, 127, size)
        self.wfile.write(head + content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(socketserver.ThreadingTCPServer):
    """Serves everybody at once."""

    allow_reuse_address = True
    daemon_threads = True


def main() -> None:
    """Serve."""
    Server(("", 8000), Request).serve_forever()

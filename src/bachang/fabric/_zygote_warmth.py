"""What every service does first, done in the zygote a few times.

Python notes things as it runs: where a name was found, which kind of operands an instruction
meets, what an encoding is called. Each note is written into a page that a fork would have to
copy first, so they are made before. Nothing here touches a file, a name or an address: what the
machine's C library finds there it keeps, and a host's are others.
"""

from __future__ import annotations

import sys
import types

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

_ROUNDS = 10
"""Python 3.11 makes its notes after eight rounds."""

_SOURCE = """\
import sys
class Some(object):
    name = "some"
    def __init__(self, value=None):
        self.value = value
    def main(self):
        return [one for one in (self.name, self.value, len(sys.argv))]
def main():
    Some().main()
"""


def warm_up() -> None:
    """Run what services have in common: a source, and the servers of modules that are loaded."""
    for _ in range(_ROUNDS):
        module = types.ModuleType("service")
        exec(compile(_SOURCE, "service", "exec"), module.__dict__)  # noqa: S102
        module.main()
        "localhost".encode("idna")
        if servers := sys.modules.get("socketserver"):
            _serve_nobody(servers)


def _serve_nobody(servers: Any) -> None:
    """A TCP server without an address, from its making to its end."""
    web = sys.modules.get("http.server")
    kind = web.HTTPServer if web else servers.TCPServer
    server = kind(("", 0), servers.BaseRequestHandler, bind_and_activate=False)
    server.service_actions = lambda: setattr(server, "_BaseServer__shutdown_request", True)
    server.serve_forever(0)
    server.server_close()

"""A portal as a person starts it, that tests can end and start again."""

from __future__ import annotations

import os
import re
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

START_S = 60.0
_COMMAND = "import sys; from bachang.cli import main; sys.exit(main())"


def free_port() -> int:
    """A TCP port that nobody listens at now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Serving:
    """`bachang serve` in a process of its own."""

    arguments: tuple[str, ...] = ()
    """Further options of the command."""
    host: str = "127.0.0.1"
    """Address to listen at, as addresses of pages have it."""
    port: int = field(default_factory=free_port)
    address: str = ""
    """What it printed: opens its first page and signs in, once."""
    token: str = ""
    process: subprocess.Popen[bytes] | None = None
    said: tuple[int, int] = field(default_factory=os.pipe)
    """What it prints comes out here, also after it was started again."""

    @property
    def origin(self) -> str:
        """Where a browser finds it."""
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        """Start it and wait until it has printed its one-time address."""
        argv = [sys.executable, "-c", _COMMAND, "serve", "--port", str(self.port)]
        argv += ["--host", self.host.strip("[]")]
        argv += self.arguments
        reader, writer = self.said
        self.process = subprocess.Popen(argv, stdout=writer)
        said = ""
        while select.select([reader], [], [], START_S)[0]:
            said += os.read(reader, 4096).decode()
            found = re.search(r"(http\S+#token=(\S+))\n", said)
            if found:
                self.address, self.token = found[1], found[2]
                return
        raise AssertionError(f"the portal printed no address; its status is {self.process.poll()}")

    def kill(self) -> None:
        """End it without a warning, as a crash would."""
        assert self.process is not None
        self.process.kill()
        self._gone()

    def stop(self) -> None:
        """End it as Ctrl-C would."""
        assert self.process is not None
        self.process.terminate()
        self._gone()

    def _gone(self) -> None:
        assert self.process is not None
        self.process.wait(START_S)
        self.process = None

    def close(self) -> None:
        """Close the pipe; the portal has ended."""
        for end in self.said:
            os.close(end)


def serve(made: Serving) -> Iterator[Serving]:
    """A portal for as long as a fixture lasts: ``yield from serve(Serving())``."""
    made.start()
    yield made
    if made.process is not None:
        made.stop()
    made.close()

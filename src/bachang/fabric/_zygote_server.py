"""The fork server of zygotes: a ready Python, out of which each sandbox gets its own.

A program that the client execs: it knows no plan and no sandbox. What it forks waits on its only
descriptor, the link, until an agent hands over the namespaces of its sandbox; then it is a child of
that agent, as a zygote is that the agent has exec'd.
"""

from __future__ import annotations

from bachang.fabric import _forking
from bachang.fabric._zygote import Zygote

_USUAL = ("http.server", "json", "urllib.parse", "encodings.idna")
"""Modules that services have in common: what a world's own need besides, its zygote imports."""


def serve(channel: str, native: str) -> None:
    """Fork a zygote for each packet; end when the client does.

    Args:
        channel: The descriptor of the requests.
        native: The path of `bachang.fabric._forks.load`.
    """
    zygote = Zygote(native)
    zygote.have(_USUAL)
    _forking.serve(
        int(channel), "bachang-zygotes", zygote.native, lambda _: zygote.join(), lambda *_: None
    )

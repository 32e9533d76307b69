"""Packets of a local socket, received to the last one."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


def receive(call: Callable[_P, _T], *args: _P.args, **options: _P.kwargs) -> _T:
    """What ``call`` receives, a `socket.recv` say.

    Where the other end has closed with words of ours unread, the kernel tells that first and once,
    as a reset; what was said before follows, and then the end. So that is read past here.
    """
    try:
        return call(*args, **options)
    except ConnectionResetError:
        return call(*args, **options)

"""What the fabric asks of the kernel's traffic control to pass on all that enters an interface.

Bodies for a `bachang.fabric._rtnetlink.Connection`. Of the classifiers that take any frame, u32 is
the one that kernels have had longest. Source: linux/pkt_sched.h, linux/pkt_cls.h, tc-mirred(8).
"""

from __future__ import annotations

import socket
import struct

from bachang.fabric import _netlink as nl

NEW_FILTER = 44
DEL_FILTER = 45

_INGRESS_HANDLE, _INGRESS_PARENT = 0xFFFF_0000, 0xFFFF_FFF1
_PRIORITY = 1
_EVERY_PROTOCOL = 3
_KIND, _OPTIONS = 1, 2
_U32_SELECTOR, _U32_ACTIONS, _FIRST_ACTION = 5, 7, 1
_TERMINAL = 1
_MIRRED_PARAMETERS, _STOLEN, _TO_EGRESS = 2, 4, 1

_HEAD = struct.Struct("=BxHiIII")
_SELECTOR = struct.Struct("=BBBxHHhhI")
_KEY = struct.Struct("=IIii")
_MIRRED = struct.Struct("=IIiiiiI")


def entrance(index: int) -> bytes:
    """NEW_QDISC: the place where an interface's filters for incoming frames stand."""
    head = _HEAD.pack(socket.AF_UNSPEC, 0, index, _INGRESS_HANDLE, _INGRESS_PARENT, 0)
    return head + nl.text(_KIND, "ingress")


def redirect(index: int, to: int) -> bytes:
    """NEW_FILTER: whatever enters an interface leaves by another, and nothing else sees it."""
    selector = _SELECTOR.pack(_TERMINAL, 0, 1, 0, 0, 0, 0, 0) + _KEY.pack(0, 0, 0, 0)
    parameters = _MIRRED.pack(0, 0, _STOLEN, 0, 0, _TO_EGRESS, to)
    action = nl.text(_KIND, "mirred") + nl.attribute(
        _OPTIONS, nl.attribute(_MIRRED_PARAMETERS, parameters)
    )
    options = nl.attribute(_U32_SELECTOR, selector) + nl.attribute(
        _U32_ACTIONS, nl.attribute(_FIRST_ACTION, action)
    )
    return _filter(index) + nl.text(_KIND, "u32") + nl.attribute(_OPTIONS, options)


def no_redirect(index: int) -> bytes:
    """DEL_FILTER: what enters it goes the usual way again."""
    return _filter(index)


def _filter(index: int) -> bytes:
    about = _PRIORITY << 16 | socket.htons(_EVERY_PROTOCOL)
    return _HEAD.pack(socket.AF_UNSPEC, 0, index, 0, _INGRESS_HANDLE, about)

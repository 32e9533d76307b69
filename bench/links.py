"""Links: what two routers cost, beside a raw pair of interfaces; and what a capture costs.

TCP in one stream, a second at a time, from a sender (`_stream.py`) in one host to a receiver
in another, in turn with the same two programs over a veth pair without any sandbox around it
(`_pairs.py`); two routers on bare pairs beside it are what the kernel takes for routing at least.
Then what rates and losses links have beside those that were asked for (`_shaped.py`).

    a ── near ── r1 ── middle ── r2 ── far ── b
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
from collections.abc import Callable, Iterator
from statistics import median

from bachang.fabric import CaptureStatus, LocalFabric, LocalSandbox
from bachang.plan import Host, HostKind, Interface, Network, Route, World
from bench import Row, alternate
from bench._pairs import STREAM, over_pairs
from bench._shaped import shaped
from bench._talk import talk

_TARGET = "10.3.0.12"
_SECONDS = "1"
_HEADERS = 96
_PAIRS = 5
_GIGABIT = 1000.0
_STATEFUL = """\
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "eth0" ct state new accept
  }
}
"""
_NAT = """\
table ip nat {
  chain out {
    type nat hook postrouting priority 100;
    oifname "eth1" masquerade
  }
}
"""


def run() -> list[Row]:
    """Ratios against a raw pair, A B A B."""
    rows = [_bare_routers(), _plain("two routers, no rules", "", "≥ 0.9×")]
    rows.append(_plain("two routers, stateful rules", _STATEFUL, "≥ 0.8×"))
    rows.append(_plain("two routers, stateful rules and NAT at both", _STATEFUL + _NAT, ""))
    rows += _with_capture()
    rows += _whole_frames()
    return rows + shaped()


def _plain(name: str, firewall: str, limit: str) -> Row:
    with _chain(firewall) as live:
        pair = alternate(lambda: _through(live), _raw, pairs=_PAIRS)
    return _row(name, pair.own, pair.ratio, limit)


def _with_capture() -> list[Row]:
    seen: list[CaptureStatus] = []
    with _chain(_STATEFUL) as live:
        pair = alternate(
            lambda: _captured(lambda: _through(live), live, seen, _HEADERS), _raw, pairs=_PAIRS
        )
    name = "stateful rules, headers of every port captured"
    return [_row(name, pair.own, pair.ratio, "≥ 0.65×"), _dropped(name, seen)]


def _whole_frames() -> list[Row]:
    """A gigabit a second in all ports together, of frames like a wire's, captured whole."""
    seen: list[CaptureStatus] = []
    ports = 3  # a, r1 and r2 send each frame once
    with _chain("", wire=True, rate_kbit=int(_GIGABIT * 1000 / ports)) as live:
        mbit = [_captured(lambda: _through(live), live, seen, None) * ports for _ in range(_PAIRS)]
        fast = "wire-like frames, two routers, no capture"
    with _chain("", wire=True) as live:
        pair = alternate(lambda: _through(live), _raw, pairs=_PAIRS)
    name = "whole wire-like frames captured, all ports"
    return [
        _row(fast, pair.own, pair.ratio, ""),
        Row(name=name, value=median(mbit), unit="Mbit/s"),
        _dropped(name, seen),
    ]


def _row(name: str, mbit: float, ratio: float, limit: str) -> Row:
    return Row(
        name=name, value=mbit / 1000, unit="Gbit/s", peer="raw pair", ratio=ratio, limit=limit
    )


def _dropped(name: str, seen: list[CaptureStatus]) -> Row:
    frames = sum(one.frames for one in seen)
    return Row(
        name=f"{name}: lost of {frames:,} frames",
        value=sum(one.dropped for one in seen),
        unit="frames",
        limit="≤ 0",
    )


def _captured(
    measure: Callable[[], float], live: LocalSandbox, seen: list[CaptureStatus], snap: int | None
) -> float:
    with tempfile.TemporaryFile() as file:
        with live.capture(file.fileno(), snap_bytes=snap) as capture:
            figure = measure()
        seen.append(capture.stop())
    return figure


def _through(live: LocalSandbox) -> float:
    """Mbit/s from a to b."""
    return float(talk(live, STREAM, _TARGET, _SECONDS))


def _raw() -> float:
    """Mbit/s over a pair between two namespaces, nothing else."""
    return over_pairs(_SECONDS)


def _bare_routers() -> Row:
    """What the kernel itself takes for two routers, with no sandbox and no switch around them."""
    pair = alternate(lambda: over_pairs(_SECONDS, routers=2), _raw, pairs=_PAIRS)
    return _row("two routers on bare pairs, no sandbox", pair.own, pair.ratio, "")


@contextlib.contextmanager
def _chain(
    firewall: str, *, wire: bool = False, rate_kbit: int | None = None
) -> Iterator[LocalSandbox]:
    networks = tuple(
        Network(name=name, cidr=f"10.{net}.0.0/24", bridge=f"br{net}", wire=wire)
        for net, name in enumerate(("near", "middle", "far"), 1)
    )
    a = _host("a", HostKind.HOST, [(1, 11)], {"default": "10.1.0.1"})
    r1 = _host("r1", HostKind.ROUTER, [(1, 1), (2, 1)], {"10.3.0.0/24": "10.2.0.2"}, firewall)
    r2 = _host("r2", HostKind.ROUTER, [(2, 2), (3, 1)], {"10.1.0.0/24": "10.2.0.1"}, firewall)
    b = _host("b", HostKind.HOST, [(3, 12)], {"default": "10.3.0.1"})
    first = dataclasses.replace(a.interfaces[0], rate_kbit=rate_kbit)
    a = dataclasses.replace(a, interfaces=(first,))
    world = World(networks=networks, hosts=(a, r1, r2, b))
    live = LocalFabric().deploy(world, name=f"links-{os.getpid()}")
    try:
        yield live
    finally:
        live.destroy()


def _host(
    name: str,
    kind: HostKind,
    legs: list[tuple[int, int]],
    routes: dict[str, str],
    firewall: str = "",
) -> Host:
    names = ("", "near", "middle", "far")
    return Host(
        name=name,
        kind=kind,
        firewall=firewall or None,
        routes=tuple(Route(destination=to, via=via) for to, via in routes.items()),
        interfaces=tuple(
            Interface(
                name=f"eth{place}",
                network=names[net],
                address=f"10.{net}.0.{number}/24",
                mac=f"02:00:00:00:{net:02x}:{number:02x}",
                port=f"p-{name}{place}",
            )
            for place, (net, number) in enumerate(legs)
        ),
    )

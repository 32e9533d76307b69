"""Hosts of the local fabric: time and memory, against the least in C and whoever else is here.

A host here is the whole thing: own user, net, mount, pid, uts and ipc namespaces, shifted
ids, private root, one link, an init. Times are from the call until the sandbox says that it
is up, the start of its agent included; *growth* is what one more host costs, without that. As
Mininet is imported when its time begins, so the fork server of agents runs when ours does; what
a client's *first* sandbox takes, which waits for it, is a figure of its own.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from bachang.fabric import LocalFabric, LocalSandbox
from bachang.fabric._fork_server import agents
from bachang.plan import File, Host, HostKind, Interface, Network, Service, ServiceKind, World
from bench import Pair, Row, alternate
from bench._memory import available_mb
from bench._peers import Peer, limit_ms, peers

_SETTLE_S = 0.7
"""The kernel frees network namespaces behind our back; the next run should not pay for it."""
_PROMISED = (100, 200)
_MANY = 1000
_RESETS = 5
_PATIENCE_S = 120.0

_PAGE = b"""\
import http.server
def main():
    http.server.HTTPServer(("", 80), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def run() -> list[Row]:
    """Stars of 10 to 1,000 hosts, empty and with a service each; resets; peers."""
    _deploy_ms(1)
    pairs = {hosts: _beside_limit(hosts) for hosts in (10, 100, 200)}
    many = _beside_limit(_MANY, pairs=2)
    rows = [row for hosts, pair in pairs.items() for row in _up(hosts, pair)]
    rows += [
        *(_first(hosts) for hosts in (10, 100)),
        *_up(_MANY, many),
        Row(
            name=f"up, {_MANY} hosts, beside 10",
            value=many.own / _MANY,
            unit="ms/host",
            peer="10 hosts",
            ratio=many.own / _MANY / (pairs[10].own / 10),
            limit="≤ 1.3×",
        ),
        _growth(10, pairs[10], 200, pairs[200]),
        _growth(200, pairs[200], _MANY, many),
        *_with_service(),
        *_resets(),
    ]
    return rows + [row for one in peers() if (row := _against(one))]


def _beside_limit(hosts: int, *, pairs: int = 5) -> Pair:
    return alternate(lambda: _deploy_ms(hosts), lambda: _settled(limit_ms(hosts)), pairs=pairs)


def _up(hosts: int, pair: Pair) -> list[Row]:
    """In all, and for the sizes that are promised the ratio as a figure of its own."""
    promised = hosts in _PROMISED
    total = Row(
        name=f"up, {hosts} hosts",
        value=pair.own / hosts,
        unit="ms/host",
        peer="C limit",
        ratio=pair.ratio,
        limit="≤ 2.0" if promised else "",
    )
    beside = Row(
        name=f"up, {hosts} hosts, beside the C limit ({pair.peer / hosts:.2f} ms/host)",
        value=pair.own / hosts,
        unit="ms/host",
        peer="C limit",
        ratio=pair.ratio,
        limit="≤ 2.4×",
    )
    return [total, beside] if promised else [total]


def _growth(few: int, before: Pair, hosts: int, after: Pair) -> Row:
    """What one more host costs, beside what it costs the C limit: the kernel has its own growth."""
    own, peer = after.own - before.own, after.peer - before.peer
    return Row(
        name=f"growth, {few} to {hosts} hosts",
        value=own / (hosts - few),
        unit="ms/host",
        peer="C limit's",
        ratio=own / peer,
        limit="≤ 1.3×" if hosts == _MANY else "",
    )


def _first(hosts: int) -> Row:
    """The first of a client that has prepared nothing."""

    def once() -> float:
        agents.end()
        return _deploy_ms(hosts)

    took_ms = median(once() for _ in range(5))
    return Row(name=f"up, {hosts} hosts, a client's first", value=took_ms / hosts, unit="ms/host")


def _with_service() -> list[Row]:
    rows = []
    _serving(1)  # the fork server of zygotes runs, too, when the time begins
    for hosts in (*_PROMISED, _MANY):
        rounds = [_serving(hosts) for _ in range(1 if hosts == _MANY else 7)]
        name = f"with a service, {hosts} hosts"
        took_ms, used_mb = (median(figures) for figures in zip(*rounds, strict=True))
        limits = ("", "≤ 4000") if hosts == _MANY else ("≤ 3.0", "")
        rows += [
            Row(name=f"up {name}", value=took_ms / hosts, unit="ms/host", limit=limits[0]),
            Row(name=f"memory {name}", value=used_mb, unit="MB", limit=limits[1]),
        ]
    return rows


def _serving(hosts: int) -> tuple[float, float]:
    """Milliseconds and megabytes of a star of hosts that serve."""
    before = available_mb()
    with _deployed(hosts, serving=True) as (_, took_ms):
        return took_ms, before - available_mb()


def _resets() -> list[Row]:
    with _deployed(14, serving=True) as (sandbox, _):
        one = median(_took_ms(lambda: sandbox.reset("h3")) for _ in range(_RESETS))
        each = median(_took_ms(sandbox.reset) for _ in range(_RESETS))
    return [
        Row(name="reset of one host, its service answers", value=one, unit="ms", limit="≤ 20"),
        Row(name="reset of 14 hosts, their services answer", value=each, unit="ms", limit="≤ 150"),
    ]


def _against(peer: Peer) -> Row | None:
    """Beside a peer; one that does not run here is told, and costs no other figure."""
    hosts = peer.hosts
    try:
        pair = alternate(lambda: _deploy_ms(hosts), lambda: _settled(peer.up_ms(hosts)), pairs=3)
    except subprocess.CalledProcessError as error:
        print(f"{peer.name} was not measured: it ended with status {error.returncode}")
        return None
    return Row(
        name=f"up, {hosts} hosts, beside {peer.name} ({pair.peer / hosts:.1f} ms/host)",
        value=pair.own / hosts,
        unit="ms/host",
        peer=peer.name,
        ratio=pair.ratio,
        limit=peer.limit,
    )


def _deploy_ms(hosts: int) -> float:
    with _deployed(hosts) as (_, took_ms):
        return took_ms


@contextmanager
def _deployed(hosts: int, *, serving: bool = False) -> Iterator[tuple[LocalSandbox, float]]:
    """A star that lives, and the milliseconds that it took."""
    world = star(hosts, serving=serving)
    started = time.monotonic()
    sandbox = LocalFabric(ready_timeout_s=_PATIENCE_S).deploy(world, name="bench")
    took = time.monotonic() - started
    try:
        yield sandbox, took * 1e3
    finally:
        sandbox.destroy()
        time.sleep(_SETTLE_S)


def _took_ms(work: Callable[[], None]) -> float:
    started = time.monotonic()
    work()
    return _settled((time.monotonic() - started) * 1e3)


def _settled(figure: float) -> float:
    time.sleep(_SETTLE_S)
    return figure


def star(hosts: int, *, serving: bool = False) -> World:
    """So many hosts on one network, each with a Python web service or none."""
    return World(
        networks=(Network(name="lan", cidr="10.0.0.0/16", bridge="lan"),),
        hosts=tuple(_host(number, serving=serving) for number in range(hosts)),
    )


def _host(number: int, *, serving: bool) -> Host:
    high, low = divmod(number + 16, 256)
    interface = Interface(
        name="eth0",
        network="lan",
        address=f"10.0.{high}.{low}/16",
        mac=f"02:00:00:00:{high:02x}:{low:02x}",
        port=f"p{number}",
    )
    name = f"h{number}"
    if not serving:
        return Host(name=name, kind=HostKind.HOST, interfaces=(interface,))
    argv = ("/var/lib/page.py", "main")
    page = Service(name="page", kind=ServiceKind.PYTHON, argv=argv, ready_port=80)
    return Host(
        name=name,
        kind=HostKind.HOST,
        interfaces=(interface,),
        services=(page,),
        files=(File(path="/var/lib/page.py", content=_PAGE),),
    )

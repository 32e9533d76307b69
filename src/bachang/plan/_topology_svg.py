"""The picture of a world: one lane per network, from the trainee's desk into the depth.

Networks are lanes with a bus each; hosts hang on the bus, routers stand on a spine at the
left that joins the buses. Below lie the field systems, wired from source to load, each
under the host where it is reached if that is near.
"""

from __future__ import annotations

from dataclasses import dataclass

from bachang.plan._model import Plan
from bachang.plan._svg import Canvas, width_of, wrapped
from bachang.plan._topology import host_of, networks_in_depth, systems_by_depth
from bachang.plan._topology_style import ICONS, LANE_COLOURS, STYLE, WORDS
from bachang.plan._world import FieldSystem, Host, HostKind, Network, Text

_MARGIN = 28.0
_HEADER = 78.0
_LABEL_W = 158.0
_ROUTER_W, _ROUTER_H = 196.0, 66.0
_CARD_W, _CARD_H = 186.0, 92.0
_GAP_X, _GAP_Y = 18.0, 18.0
_BUS_Y = 24.0
_STUB = 16.0
_LANE_END = 20.0
_BETWEEN = 86.0
_PER_ROW = 5
_SYSTEM_W, _SYSTEM_H = 176.0, 74.0
_SYSTEM_GAP_X, _SYSTEM_GAP_Y = 74.0, 26.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """A network with its own hosts, and where its band lies."""

    network: Network
    hosts: list[Host]
    top: float
    colour: str

    @property
    def bus(self) -> float:
        return self.top + _BUS_Y

    @property
    def bottom(self) -> float:
        rows = max(1, -(-len(self.hosts) // _PER_ROW))
        return self.bus + rows * (_STUB + _CARD_H) + (rows - 1) * _GAP_Y + _LANE_END


class _Drawing:
    """One picture in the making."""

    def __init__(self, plan: Plan, language: str) -> None:
        self.plan = plan
        self.language = language
        self.canvas = Canvas()
        self.cards: dict[str, tuple[float, float]] = {}
        self.lanes = self._lanes()
        self.spine = self._spine()
        self.cards_x = (
            _MARGIN + _LABEL_W + (1 + max(self.spine.values(), default=-1)) * (_ROUTER_W + _GAP_X)
        )
        if self.spine:
            self.cards_x += _GAP_X
        per_row = max((min(len(lane.hosts), _PER_ROW) for lane in self.lanes), default=1)
        self.columns = systems_by_depth(plan)
        systems_w = len(self.columns) * (_SYSTEM_W + _SYSTEM_GAP_X)
        self.width = _MARGIN + max(
            self.cards_x + max(per_row, 2) * (_CARD_W + _GAP_X) + _GAP_X,
            _MARGIN + _LABEL_W + systems_w,
        )

    def _lanes(self) -> list[_Lane]:
        networks = {network.name: network for network in self.plan.world.networks}
        lanes: list[_Lane] = []
        top = _MARGIN + _HEADER
        for index, name in enumerate(networks_in_depth(self.plan)):
            hosts = [
                host
                for host in self.plan.world.hosts
                if host.kind is HostKind.HOST
                and host.interfaces
                and host.interfaces[0].network == name
            ]
            colour = LANE_COLOURS[index % len(LANE_COLOURS)]
            lane = _Lane(network=networks[name], hosts=hosts, top=top, colour=colour)
            lanes.append(lane)
            top = lane.bottom + _BETWEEN
        return lanes

    def _spans(self) -> dict[str, list[int]]:
        """Lanes that each router joins, from the top."""
        order = [lane.network.name for lane in self.lanes]
        return {
            host.name: sorted(order.index(interface.network) for interface in host.interfaces)
            for host in self.plan.world.hosts
            if host.kind is HostKind.ROUTER and host.interfaces
        }

    def _spine(self) -> dict[str, int]:
        """The column of each router: the first that is free over all lanes that it joins."""
        columns: list[list[tuple[int, int]]] = []
        chosen: dict[str, int] = {}
        for name, span in sorted(self._spans().items(), key=lambda item: item[1]):
            low, high = span[0], max(span[-1], span[0] + 1)
            free = [
                column
                for column in columns
                if all(high <= start or end <= low for start, end in column)
            ]
            if not free:
                columns.append([])
            column = free[0] if free else columns[-1]
            column.append((low, high))
            chosen[name] = columns.index(column)
        return chosen

    # ---- drawing ---------------------------------------------------------------------

    def svg(self) -> str:
        for lane in self.lanes:
            self._lane(lane)
        self._routers()
        bottom = self.lanes[-1].bottom if self.lanes else _MARGIN + _HEADER
        if self.columns:
            bottom = self._systems(bottom + _BETWEEN * 0.7)
        self._header()
        title = self._say(self.plan.title)
        return self.canvas.document(self.width, bottom + _MARGIN, STYLE, title)

    def _say(self, text: Text) -> str:
        return text.get(self.language) or text.get("en", "")

    def _header(self) -> None:
        world = self.plan.world
        counts = (len(world.hosts), len(world.networks), len(world.field_systems))
        words = WORDS[self.language]
        line = words["counts"].format(*counts)
        self.canvas.text(_MARGIN, _MARGIN + 26, self._say(self.plan.title), "title", size=26)
        self.canvas.text(_MARGIN, _MARGIN + 50, line, "soft", size=13)
        x = self.width - _MARGIN
        for role in reversed(("red", "blue", "green", "white")):
            if any(actor.role == role and actor.host for actor in self.plan.exercise.actors):
                word = words[role]
                x -= width_of(word, 12) + 26
                self.canvas.dot(x, _MARGIN + 46, 5, f"role-{role}")
                self.canvas.text(x + 10, _MARGIN + 50, word, "soft", size=12)

    def _lane(self, lane: _Lane) -> None:
        canvas, network = self.canvas, lane.network
        width = self.width - 2 * _MARGIN
        canvas.box(
            _MARGIN, lane.top, width, lane.bottom - lane.top, f"lane {lane.colour}", radius=14
        )
        middle = (lane.top + lane.bottom) / 2
        title = self._say(network.title) or network.name
        y = self._lines(_MARGIN + 18, middle, title, f"lane-title {lane.colour}", 16, _LABEL_W - 22)
        canvas.text(_MARGIN + 18, y + 18, network.cidr, "soft mono", size=11.5)
        for row in range(0, max(len(lane.hosts), 1), _PER_ROW):
            self._row(lane, lane.hosts[row : row + _PER_ROW], row // _PER_ROW)

    def _lines(self, x: float, y: float, text: str, kind: str, size: float, width: float) -> float:
        """One or two lines around a height; where the last one stands."""
        lines = wrapped(text, size, width)
        y -= (len(lines) - 1) * size * 0.62
        for index, line in enumerate(lines):
            self.canvas.text(x, y + index * size * 1.24, line, kind, size=size)
        return y + (len(lines) - 1) * size * 1.24

    def _row(self, lane: _Lane, hosts: list[Host], row: int) -> None:
        bus = lane.bus + row * (_CARD_H + _STUB + _GAP_Y)
        end = self.cards_x + max(len(hosts), 1) * (_CARD_W + _GAP_X) - _GAP_X - _CARD_W / 2
        start = self.cards_x - _GAP_X if row else self._bus_start(lane)
        line = f"bus {lane.colour}"
        self.canvas.path(f"M{start:g} {bus:g}H{end:g}", line)
        if row:
            self.canvas.path(f"M{start:g} {lane.bus:g}V{bus:g}", line)
        for index, host in enumerate(hosts):
            x = self.cards_x + index * (_CARD_W + _GAP_X)
            self.canvas.path(f"M{x + _CARD_W / 2:g} {bus:g}v{_STUB:g}", line)
            self._card(host, x, bus + _STUB)

    def _bus_start(self, lane: _Lane) -> float:
        """The leftmost router's place on a lane's bus, or the first card's."""
        index = self.lanes.index(lane)
        joined = [self._router_x(name) for name, span in self._spans().items() if index in span]
        return min(joined, default=self.cards_x + _CARD_W / 2)

    def _card(self, host: Host, x: float, y: float) -> None:
        canvas = self.canvas
        self.cards[host.name] = (x, y)
        systems = [one.name for one in self.plan.world.field_systems if host_of(one) == host.name]
        canvas.hover(f"{host.name} · {', '.join(one.address for one in host.interfaces)}")
        canvas.box(x, y, _CARD_W, _CARD_H, "card device" if systems else "card")
        icon = "device" if systems else "server" if host.services else "desk"
        canvas.path(ICONS[icon], "icon", x=x + 11, y=y + 13)
        actors = [actor for actor in self.plan.exercise.actors if actor.host == host.name]
        roles = sorted({actor.role.value for actor in actors})
        room = _CARD_W - 48 - 15 * len(roles)
        self._lines(x + 40, y + 27, self._say(host.title) or host.name, "name", 13, room)
        addresses = " ".join(one.address.split("/")[0] for one in host.interfaces)
        line = f"{host.name} {addresses}"
        canvas.text(x + 12, y + 60, line, "mono soft", size=11, width=_CARD_W - 22)
        ports = "  ".join(self._ports(host))
        canvas.text(x + 12, y + 78, ports, "mono port", size=10.5, width=_CARD_W - 22)
        for index, role in enumerate(roles):
            canvas.dot(x + _CARD_W - 15 - 15 * index, y + 17, 5, f"role-{role}")
        canvas.leave()

    def _ports(self, host: Host) -> list[str]:
        """What answers on a host: services and the doors of field systems."""
        ports = [
            f"{service.name}:{service.ready_port}" if service.ready_port else service.name
            for service in host.services
        ]
        listeners = [one for system in self.plan.world.field_systems for one in system.listeners]
        return ports + [f"{one.purpose}:{one.port}" for one in listeners if one.host == host.name]

    def _router_x(self, name: str) -> float:
        return _MARGIN + _LABEL_W + self.spine[name] * (_ROUTER_W + _GAP_X) + _ROUTER_W / 2

    def _routers(self) -> None:
        routers = {host.name: host for host in self.plan.world.hosts}
        for name, span in self._spans().items():
            x = self._router_x(name)
            first, last = self.lanes[span[0]], self.lanes[span[-1]]
            middle = first.bottom + _BETWEEN / 2
            self.canvas.path(f"M{x:g} {first.bus:g}V{max(last.bus, middle):g}", "spine")
            for index in span:
                self.canvas.dot(x, self.lanes[index].bus, 5.5, f"joint {self.lanes[index].colour}")
            self._router(routers[name], x - _ROUTER_W / 2, middle - _ROUTER_H / 2)

    def _router(self, host: Host, x: float, y: float) -> None:
        canvas = self.canvas
        addresses = " ".join(one.address.split("/")[0] for one in host.interfaces)
        canvas.hover(f"{host.name} · {addresses}")
        canvas.box(x, y, _ROUTER_W, _ROUTER_H, "card router", radius=_ROUTER_H / 2)
        canvas.path(ICONS["firewall" if host.firewall else "router"], "icon", x=x + 18, y=y + 23)
        title = self._say(host.title) or host.name
        self._lines(x + 48, y + 29, title, "name", 12.5, _ROUTER_W - 68)
        canvas.text(x + 48, y + 54, host.name, "mono soft", size=11)
        canvas.leave()

    # ---- field systems ---------------------------------------------------------------

    def _systems(self, top: float) -> float:
        rows = max(len(column) for column in self.columns)
        height = 70 + rows * _SYSTEM_H + (rows - 1) * _SYSTEM_GAP_Y + 42
        width = self.width - 2 * _MARGIN
        self.canvas.box(_MARGIN, top, width, height, "lane process", radius=14)
        words = WORDS[self.language]["systems"]
        self.canvas.text(_MARGIN + 18, top + 28, words, "lane-title process", size=16)
        places: dict[str, tuple[float, float]] = {}
        start = _MARGIN + _LABEL_W
        room = width - _LABEL_W - _SYSTEM_W - 24
        step = min(room / max(len(self.columns) - 1, 1), _SYSTEM_W + 2.2 * _SYSTEM_GAP_X)
        for column, systems in enumerate(self.columns):
            offset = (rows - len(systems)) * (_SYSTEM_H + _SYSTEM_GAP_Y) / 2
            for row, system in enumerate(systems):
                y = top + 70 + offset + row * (_SYSTEM_H + _SYSTEM_GAP_Y)
                places[system.name] = (start + column * step, y)
        for system in self.plan.world.field_systems:
            self._wires(system, places)
        for system in self.plan.world.field_systems:
            self._system(system, *places[system.name])
        return top + height

    def _wires(self, system: FieldSystem, places: dict[str, tuple[float, float]]) -> None:
        x, y = places[system.name]
        columns = sorted({place[0] for place in places.values()})
        for index, (terminal, other) in enumerate(system.wiring.items()):
            from_x, from_y = places[other]
            label = terminal.replace("_", " ")
            hops = columns.index(x) - columns.index(from_x)
            if hops == 1:
                enter = y + _SYSTEM_H * (index + 1) / (len(system.wiring) + 1)
                self._wire_ahead(from_x + _SYSTEM_W, from_y + _SYSTEM_H / 2, x, enter, label)
            elif hops > 1:
                self._wire_over(from_x + _SYSTEM_W - 26, from_y, x + 26, y, 8.0 * hops, label)
            else:
                a, b, c = from_x + _SYSTEM_W / 2, from_y + _SYSTEM_H, x + _SYSTEM_W / 2
                low = max(b, y + _SYSTEM_H) + 34
                self.canvas.path(
                    f"M{a:g} {b:g}C{a:g} {low:g} {c:g} {low:g} {c:g} {y + _SYSTEM_H:g}", "wire back"
                )
                width = width_of(label, 10)
                self.canvas.text((a + c - width) / 2, low - 15, label, "soft", size=10)

    def _wire_ahead(self, a: float, b: float, x: float, y: float, label: str) -> None:
        """From the right side of one system to the left side of the next."""
        half = (x - a) / 2
        shape = f"M{a:g} {b:g}C{a + half:g} {b:g} {x - half:g} {y:g} {x - 6:g} {y:g}"
        self.canvas.path(shape, "wire")
        self.canvas.path("M-8-4.5 0 0-8 4.5z", "head", x=x, y=y)
        above = y - 6 if b >= y else y + 13
        self.canvas.text(x - width_of(label, 10) - 12, above, label, "soft", size=10)

    def _wire_over(self, a: float, b: float, x: float, y: float, rise: float, label: str) -> None:
        """Over the systems between: up, along, down."""
        high = min(b, y) - rise - 4
        shape = f"M{a:g} {b:g}V{high + 8:g}q0-8 8-8H{x - 8:g}q8 0 8 8V{y - 6:g}"
        self.canvas.path(shape, "wire")
        self.canvas.path("M-4.5-8 0 0 4.5-8z", "head", x=x, y=y)
        self.canvas.text(x - width_of(label, 10) - 14, high - 5, label, "soft", size=10)

    def _system(self, system: FieldSystem, x: float, y: float) -> None:
        canvas = self.canvas
        canvas.hover(f"{system.name} ({system.type})")
        canvas.box(x, y, _SYSTEM_W, _SYSTEM_H, "system")
        canvas.path(ICONS["power"], "bolt", x=x + 11, y=y + 15)
        title = self._say(system.title) or system.name
        self._lines(x + 36, y + 29, title, "name", 13, _SYSTEM_W - 46)
        host = host_of(system)
        line = f"{system.type} · {host}" if host else system.type
        canvas.text(x + 12, y + 61, line, "mono soft", size=11, width=_SYSTEM_W - 22)
        canvas.leave()


def topology_svg(plan: Plan, *, language: str = "en") -> str:
    """The picture as an SVG file that follows the reader's light or dark colours.

    Args:
        plan: what to draw.
        language: ``en`` or ``zh``; texts that lack it are in English.
    """
    return _Drawing(plan, language if language in WORDS else "en").svg()

"""Field systems: who stands where, with which sockets and wires."""

from __future__ import annotations

from bachang.plan._draft import Draft
from bachang.plan._world import FieldSystem, Listener
from bachang.scenario import Where, models


def resolve_field_systems(draft: Draft) -> tuple[FieldSystem, ...]:
    """All field systems; unknown hosts and wires and ports used twice are mistakes."""
    return tuple(
        FieldSystem(
            name=name,
            type=given.type,
            settings=dict(given.settings),
            wiring=_wiring(draft, name, given),
            listeners=_listeners(draft, name, given),
            title=draft.text(("field_systems", name, "title"), given.title, name),
        )
        for name, given in draft.raw.field_systems.items()
    )


def _wiring(draft: Draft, name: str, given: models.FieldSystem) -> dict[str, str]:
    for terminal, other in given.wiring.items():
        where = ("field_systems", name, "wiring", terminal)
        draft.known(where, "field system", other, draft.raw.field_systems)
    return dict(given.wiring)


def _listeners(draft: Draft, name: str, given: models.FieldSystem) -> tuple[Listener, ...]:
    where = ("field_systems", name)
    ports = {"modbus": given.modbus, "screen": given.screen}
    wanted = {purpose: port for purpose, port in ports.items() if port is not None}
    if given.host is None:
        if wanted:
            message = f"has a port for {' and '.join(wanted)} but stands on no host"
            draft.wrong(where, message, "add `host: …`", key=True)
        return ()
    if not draft.known((*where, "host"), "host", given.host, draft.machines):
        return ()
    return tuple(
        Listener(purpose=purpose, host=given.host, port=port) for purpose, port in wanted.items()
    )


def check_ports(draft: Draft) -> None:
    """No two services and field systems of a host may want the same port."""
    taken: dict[tuple[str, int], str] = {}
    for host, given in draft.machines.items():
        for service, settings in given.services.items():
            where = (*draft.section(host), "services", service, "port")
            _take(draft, taken, host, settings.port, f"service `{service}`", where)
    for name, system in draft.raw.field_systems.items():
        for purpose, port in (("modbus", system.modbus), ("screen", system.screen)):
            where = ("field_systems", name, purpose)
            _take(draft, taken, system.host, port, f"field system `{name}`", where)


def _take(
    draft: Draft,
    taken: dict[tuple[str, int], str],
    host: str | None,
    port: int | None,
    owner: str,
    where: Where,
) -> None:
    if host is None or port is None:
        return
    if (host, port) in taken:
        message = f"port {port} of `{host}` belongs to {taken[host, port]}"
        draft.wrong(where, message, "take another port")
    taken.setdefault((host, port), owner)

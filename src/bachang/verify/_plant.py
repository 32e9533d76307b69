"""The field systems: quiet when left alone, books that balance, states that come back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bachang.fabric import Sandbox
from bachang.journal import Event
from bachang.plan import InjectKind
from bachang.twins import PointValue, replay
from bachang.verify._stage import NotProvenError, Stage

QUIET_S = 1800.0
ADVANCE_LIMIT_S = 50.0
"""Wall seconds that half an hour may take."""
DISTURBED_S = 4.0
"""Sandbox seconds from the disturbance to the snapshot."""
AGAIN_S = 40.0
"""Sandbox seconds that a restored plant is compared over."""
LEDGER_TOLERANCE = 1e-6
"""Relative: demand is supplied or not supplied, in the same steps."""
ENERGY_TOLERANCE = 1e-3
"""Relative: a source and a load see each other's voltage one step later."""

_NOISE = ("alarm.raised", "interlock.refused", "command.refused", "platform.fault")
_SOURCES, _LOADS = ("grid", "genset"), ("feeder",)


def prove_quiet(stage: Stage) -> str:
    """Leave the world alone for half an hour; returns what its books say.

    Raises:
        NotProvenError: something rang, was refused or failed, or a balance is open.
    """
    sandbox = stage.sandbox
    after = _last(_all_events(sandbox, 0))
    start_s = sandbox.status().sandbox_time_s
    try:
        sandbox.advance(start_s + QUIET_S, limit_s=ADVANCE_LIMIT_S)
    except TimeoutError as error:
        raise NotProvenError(
            f"the plant is too slow: half an hour took over {ADVANCE_LIMIT_S:g} s"
        ) from error
    if noise := list(_noise(_all_events(sandbox, after))):
        raise NotProvenError(f"not quiet: {'; '.join(noise[:5])}")
    points = sandbox.points()
    types = {system.name: system.type for system in stage.plan.world.field_systems}
    if open_books := list(_open_books(points, types)):
        raise NotProvenError(f"balances do not close: {'; '.join(open_books)}")
    return f"{QUIET_S / 60:g} minutes; {_books(points, types) or 'no books to balance'}"


def _all_events(sandbox: Sandbox, after: int) -> list[Event]:
    found: list[Event] = []
    while more := sandbox.events(_last(found) or after):
        found += more
    return found


def _last(events: list[Event]) -> int:
    return events[-1].sequence if events else 0


def _noise(events: Iterable[Event]) -> Iterable[str]:
    for event in events:
        if event.kind in _NOISE:
            reason = event.data.get("reason", "")
            said = f" ({reason})" if reason else ""
            yield f"{event.kind} {event.subject} at {event.sandbox_time_s:.1f} s{said}"


def _open_books(points: Mapping[str, PointValue], types: Mapping[str, str]) -> Iterable[str]:
    """Balances that do not close, with their figures."""
    for name in types:
        demand, supplied, missing = (
            points.get(f"{name}.{ledger}")
            for ledger in ("demand_kwh", "supplied_kwh", "not_supplied_kwh")
        )
        if demand is not None and supplied is not None and missing is not None:
            gap = float(demand) - float(supplied) - float(missing)
            if abs(gap) > LEDGER_TOLERANCE * max(1.0, float(demand)):
                yield f"{name}: of {demand} kWh asked for {gap:.6g} kWh are in no ledger"
    given, taken = _energy(points, types, _SOURCES), _energy(points, types, _LOADS)
    if given and taken and abs(given - taken) > ENERGY_TOLERANCE * given:
        yield f"sources gave {given:.3f} kWh, loads took {taken:.3f} kWh"


def _books(points: Mapping[str, PointValue], types: Mapping[str, str]) -> str:
    given, taken = _energy(points, types, _SOURCES), _energy(points, types, _LOADS)
    return f"{given:.3f} kWh given, {taken:.3f} kWh taken" if given else ""


def _energy(
    points: Mapping[str, PointValue], types: Mapping[str, str], wanted: tuple[str, ...]
) -> float:
    return sum(
        float(points.get(f"{name}.energy_kwh", 0.0))
        for name, kind in types.items()
        if kind in wanted
    )


def prove_snapshot(stage: Stage) -> str:
    """Disturb the world, then go on twice from one snapshot; returns what was compared.

    The clock of a living sandbox cannot be met to the tick, but its checkpoints can.

    Raises:
        NotProvenError: the two runs differ at a checkpoint, or share none.
    """
    sandbox = stage.sandbox
    _disturb(stage)
    stage.settle(DISTURBED_S)
    state = sandbox.snapshot()
    first = _checkpoints(stage)
    sandbox.restore(state)
    again = _checkpoints(stage)
    common = sorted(first.keys() & again.keys())
    if not common:
        raise NotProvenError("the two runs have no checkpoint in common")
    for tick in common:
        if first[tick] != again[tick]:
            raise NotProvenError(
                f"restored from a snapshot, the plant is in state {again[tick][:12]} at tick "
                f"{tick}; the first time it was in {first[tick][:12]}"
            )
    return f"{len(common)} checkpoints are equal both times"


def _disturb(stage: Stage) -> None:
    """Carry out the story's first write to a point: a plant at rest proves little."""
    for inject in stage.plan.exercise.injects:
        if inject.kind is InjectKind.POINT and inject.point and inject.value is not None:
            stage.sandbox.command(inject.point, inject.value, actor="white/verify")
            return


def _checkpoints(stage: Stage) -> dict[int, str]:
    """Tick and hash of the checkpoints of the next `AGAIN_S`."""
    after = _last(_all_events(stage.sandbox, 0))
    stage.settle(AGAIN_S)
    events = _all_events(stage.sandbox, after)
    return {e.data["tick"]: e.data["hash"] for e in events if e.kind == "plant.checkpoint"}


def prove_replay(stage: Stage) -> str:
    """Step again without hosts, with the journal's commands; returns what was compared.

    Raises:
        NotProvenError: a checkpoint differs, or there was none.
    """
    sandbox, world = stage.sandbox, stage.plan.world
    epoch = sandbox.status().epoch
    events = [event for event in _all_events(sandbox, 0) if event.epoch == epoch]
    result = replay(world.field_systems, world.seed, events)
    if result.mismatches:
        tick = result.mismatches[0]
        raise NotProvenError(
            f"{len(result.mismatches)} of {result.checkpoints} checkpoints differ from the "
            f"journal, the first at tick {tick} ({tick / 100:g} s)"
        )
    commands = sum(event.kind == "command.applied" for event in events)
    if not result.checkpoints:
        raise NotProvenError("the journal has no checkpoint to compare with")
    return f"{result.checkpoints} checkpoints with {commands} commands are equal"

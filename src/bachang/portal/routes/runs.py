"""One learner's sandbox: tasks, answers, points, topology, terminals, screens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import PlainTextResponse

from bachang.portal.models import (
    Identity,
    NewAnswer,
    OpenScreen,
    OpenTerminal,
    Page,
    PlayStory,
    PointInfo,
    Reset,
    Run,
    RunEvent,
    RunSummary,
    Screen,
    TakeHint,
    TakenHint,
    Terminal,
    Topology,
    Verdict,
)
from bachang.portal.routes._dependencies import After, Asking, Key, Limit, PortalPart

router = APIRouter(prefix="/api/runs", tags=["runs"])
TerminalId = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]


@router.get("")
def list_runs(
    portal: PortalPart, person: Asking, after: After = None, limit: Limit = 50
) -> Page[RunSummary]:
    """One's own runs, latest first."""
    return portal.runs.own(person, after=after, limit=limit)


@router.get("/{run}")
def get_run(run: Identity, portal: PortalPart, person: Asking) -> Run:
    """One run."""
    return portal.runs.get(run, person)


@router.post("/{run}/answers")
async def answer(
    run: Identity, given: NewAnswer, portal: PortalPart, person: Asking, key: Key
) -> Verdict:
    """Answer a task; when this returns, the answer is kept for good."""
    return await portal.answers.give(run, given, by=person, key=key)


@router.post("/{run}/hints")
async def take_hint(
    run: Identity, wanted: TakeHint, portal: PortalPart, person: Asking, key: Key
) -> TakenHint:
    """Buy the next hint of a task."""
    return await portal.hints.take(run, wanted, by=person, key=key)


@router.post("/{run}/reset")
def reset(run: Identity, what: Reset, portal: PortalPart, person: Asking) -> Run:
    """Make a host, or everything, anew: files and settings go back to the start."""
    return portal.deeds.reset(run, what, by=person)


@router.post("/{run}/pause")
def pause(run: Identity, portal: PortalPart, person: Asking) -> Run:
    """Stop its clock and freeze its hosts."""
    return portal.deeds.pause(run, by=person)


@router.post("/{run}/resume")
def resume(run: Identity, portal: PortalPart, person: Asking) -> Run:
    """Undo pause."""
    return portal.deeds.resume(run, by=person)


@router.post("/{run}/story")
def play_story(run: Identity, what: PlayStory, portal: PortalPart, person: Asking) -> Run:
    """Play the scenario's story in this run, or stop it where it is."""
    return portal.deeds.story(run, what, by=person)


@router.post("/{run}/end")
def end_run(run: Identity, portal: PortalPart, person: Asking) -> Run:
    """End it: its sandbox goes down; journal and score stay."""
    return portal.deeds.end(run, by=person)


@router.get("/{run}/points")
def list_points(run: Identity, portal: PortalPart, person: Asking) -> list[PointInfo]:
    """The field systems' points now; secret ones are left out."""
    return portal.runs.points(run)


@router.get("/{run}/events")
def list_events(
    run: Identity,
    portal: PortalPart,
    person: Asking,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
    kind: Annotated[list[str] | None, Query(max_length=20)] = None,
) -> Page[RunEvent]:
    """The journal from a sequence on, oldest first; ``points.sampled`` only if asked for."""
    return portal.runs.events(run, person, after=after, limit=limit, kinds=kind or [])


@router.get("/{run}/topology")
def get_topology(run: Identity, portal: PortalPart, person: Asking) -> Topology:
    """Its world with live state."""
    return portal.runs.topology(run, person)


@router.post("/{run}/screens", status_code=201)
def open_screen(run: Identity, wanted: OpenScreen, portal: PortalPart, person: Asking) -> Screen:
    """Open a page of a host at an address of its own."""
    return portal.screens.open(run, wanted, by=person)


@router.get("/{run}/terminals")
def list_terminals(run: Identity, portal: PortalPart, person: Asking) -> list[Terminal]:
    """The terminals in this run that whoever asks may join."""
    return portal.terminals.of(run)


@router.post("/{run}/terminals", status_code=201)
def open_terminal(
    run: Identity, wanted: OpenTerminal, portal: PortalPart, person: Asking
) -> Terminal:
    """Open a terminal; talk to it by WebSocket at ``/api/runs/{run}/terminals/{session}``."""
    return portal.terminals.open(run, wanted, by=person)


@router.get("/{run}/terminals/{session}/recording", response_class=PlainTextResponse)
def get_recording(run: Identity, session: TerminalId, portal: PortalPart) -> PlainTextResponse:
    """What was seen on a terminal, as asciicast v2."""
    return PlainTextResponse(portal.terminals.recording(run, session))


@router.delete("/{run}/terminals/{session}", status_code=204)
def close_terminal(run: Identity, session: TerminalId, portal: PortalPart, person: Asking) -> None:
    """End a terminal and what runs in it."""
    portal.terminals.close(run, session, by=person)

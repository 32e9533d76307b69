"""Exercises: starting, steering and watching them."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from bachang.portal.models import (
    Advance,
    Board,
    Broadcast,
    Capacity,
    DoInject,
    Done,
    Exercise,
    Extend,
    Freeze,
    Identity,
    Name,
    NewExercise,
    Page,
)
from bachang.portal.routes._dependencies import After, Asking, Limit, PortalPart

router = APIRouter(prefix="/api/exercises", tags=["exercises"])


@router.get("")
def list_exercises(
    portal: PortalPart, person: Asking, after: After = None, limit: Limit = 50
) -> Page[Exercise]:
    """The exercises that whoever asks may see, latest first."""
    return portal.exercises.visible(person, after=after, limit=limit)


@router.post("", status_code=201)
def start_exercise(new: NewExercise, portal: PortalPart, person: Asking) -> Exercise:
    """Start an exercise; what does not fit on the machine now waits in a queue."""
    return portal.opening.start(new, by=person)


@router.get("/capacity")
def get_capacity(pack: Name, portal: PortalPart) -> Capacity:
    """How many sandboxes of a pack fit on this machine now."""
    return portal.exercises.capacity(pack)


@router.get("/{exercise}")
def get_exercise(exercise: Identity, portal: PortalPart) -> Exercise:
    """One exercise with its runs."""
    return portal.exercises.get(exercise)


@router.post("/{exercise}/end")
def end_exercise(exercise: Identity, portal: PortalPart, person: Asking) -> Exercise:
    """End it: all sandboxes go down; journals and scores stay."""
    return portal.control.end(exercise, by=person)


@router.post("/{exercise}/broadcast")
def broadcast(exercise: Identity, message: Broadcast, portal: PortalPart, person: Asking) -> Done:
    """Tell everybody in it something."""
    return portal.control.broadcast(exercise, message, by=person)


@router.post("/{exercise}/inject")
def do_inject(exercise: Identity, what: DoInject, portal: PortalPart, person: Asking) -> Done:
    """Do an inject of the scenario now."""
    return portal.control.inject(exercise, what, by=person)


@router.post("/{exercise}/extend")
def extend(exercise: Identity, more: Extend, portal: PortalPart, person: Asking) -> Exercise:
    """Give everybody more time."""
    return portal.control.extend(exercise, more, by=person)


@router.post("/{exercise}/freeze")
def freeze(exercise: Identity, what: Freeze, portal: PortalPart, person: Asking) -> Done:
    """Stop all clocks and hosts, or let them go on."""
    return portal.control.freeze(exercise, what, by=person)


@router.post("/{exercise}/advance")
def advance(exercise: Identity, how: Advance, portal: PortalPart, person: Asking) -> Done:
    """Let the field systems step ahead at full speed."""
    return portal.control.advance(exercise, how, by=person)


@router.get("/{exercise}/board", response_model=Board)
async def get_board(exercise: Identity, portal: PortalPart) -> Response:
    """Who stands where."""
    content = portal.boards.at_hand(exercise)
    if content is None:
        content = await run_in_threadpool(portal.boards.json, exercise)
    return Response(content, media_type="application/json")

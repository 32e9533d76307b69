"""Every error as a problem: whose fault it is decides the status."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as DatabaseTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bachang.catalogue import Language, language_of, say
from bachang.exercise import (
    ConditionError,
    ExerciseError,
    NoHintError,
    PrinterError,
    UnknownTaskError,
)
from bachang.fabric import (
    FabricError,
    MachineError,
    PlatformError,
    SandboxError,
    SandboxGoneError,
    WorldError,
)
from bachang.journal import JournalError
from bachang.portal._desk import NotRecordedError
from bachang.portal._problem import ProblemError
from bachang.scenario import ScenarioError

_DATABASE = (OperationalError, InterfaceError, DatabaseTimeoutError)
"""Their own words quote statements and addresses, which are not for whoever asked."""
_KINDS: dict[type[Exception], tuple[int, str, str]] = {
    SandboxGoneError: (409, "sandbox-gone", "start the exercise again"),
    SandboxError: (409, "refused-by-sandbox", "look at the run's hosts and try again"),
    WorldError: (422, "scenario", "ask the pack's author; `bachang verify` shows it"),
    MachineError: (503, "machine", "ask the operator; `bachang doctor` shows it"),
    PlatformError: (500, "platform", "ask the operator to look at the portal's log"),
    FabricError: (500, "platform", "ask the operator to look at the portal's log"),
    UnknownTaskError: (404, "not-found", "list the run's tasks"),
    NoHintError: (409, "conflict", "the hints that were taken are in the task"),
    ConditionError: (422, "scenario", "ask the pack's author"),
    PrinterError: (503, "machine", "print the HTML report in a browser"),
    ExerciseError: (422, "scenario", "ask the pack's author"),
    ScenarioError: (422, "scenario", "mend the places that are named"),
    NotRecordedError: (
        503,
        "not-recorded",
        "send it again when the run is recorded again; operator: is the disk full, does the data "
        "base run?",
    ),
    JournalError: (503, "machine", "ask the operator: is the disk full?"),
    **dict.fromkeys(
        _DATABASE,
        (503, "machine", "try again; operator: does the data base run, is its disk full?"),
    ),
}


def problem_of(error: Exception) -> ProblemError | None:
    """The problem that a known error is; ``None`` for an unknown one."""
    if isinstance(error, ProblemError):
        return error
    for kind, (status, word, remedy) in _KINDS.items():
        if isinstance(error, kind):
            said = "the portal's data base refuses" if kind in _DATABASE else str(error)
            return ProblemError(status, word, said, remedy)
    return None


def handle_errors(app: FastAPI) -> None:
    """Teach an application to answer errors as problems."""
    kinds: list[type[Exception]] = [ProblemError, *_KINDS]
    for kind in kinds:
        app.add_exception_handler(kind, _known)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(IntegrityError, _race)


def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language", ""))


async def _known(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    if problem is None:
        raise error
    return problem.response(_language(request))


async def _malformed(request: Request, error: Exception) -> Response:
    language = _language(request)
    errors = error.errors() if isinstance(error, RequestValidationError) else []
    places = [
        f"{'.'.join(str(part) for part in one['loc'])}: {say(one['msg'], language)}"
        for one in errors[:10]
    ]
    detail = "; ".join(places).encode("utf-8", "replace").decode()
    remedy = "send it as the API's document says"
    return ProblemError(422, "invalid", detail, remedy).response(language)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = str(error.detail) if isinstance(error, HTTPException) else ""
    problem = ProblemError(status, "http", words, "look at the API's document")
    response = problem.response(_language(request))
    if isinstance(error, HTTPException):
        response.headers.update(error.headers or {})
    return response


async def _race(request: Request, _error: Exception) -> Response:
    detail = "somebody else changed this at the same moment"
    problem = ProblemError(409, "conflict", detail, "look at it again and try again")
    return problem.response(_language(request))

"""Errors as RFC 9457 problems: a word for programs, a cause and a remedy for people."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A request that cannot be done.

    Args:
        status: HTTP status, 4xx or 5xx.
        kind: Short word for programs.
        detail: What is wrong, for people.
        remedy: What to do about it.
        retry_after_s: Seconds after which it may be tried again.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        remedy: str = "",
        *,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.remedy = remedy
        self.retry_after_s = retry_after_s

    def document(self) -> dict[str, str | int]:
        """The problem as a JSON object."""
        return {
            "type": self.kind,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "remedy": self.remedy,
        }

    def response(self) -> JSONResponse:
        """The problem as an answer to a request."""
        headers = {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
        return JSONResponse(
            self.document(), status_code=self.status, media_type=MEDIA_TYPE, headers=headers
        )


def not_found(what: str, name: str) -> ProblemError:
    """There is no such thing."""
    return ProblemError(404, "not-found", f"there is no {what} {name!r}", f"list the {what}s")


def forbidden(
    detail: str, remedy: str = "ask whoever owns it, or an administrator"
) -> ProblemError:
    """Whoever asks may not."""
    return ProblemError(403, "forbidden", detail, remedy)


def conflict(detail: str, remedy: str = "") -> ProblemError:
    """It cannot be done as things stand."""
    return ProblemError(409, "conflict", detail, remedy)


def invalid(detail: str, remedy: str = "") -> ProblemError:
    """What was sent makes no sense."""
    return ProblemError(422, "invalid", detail, remedy)

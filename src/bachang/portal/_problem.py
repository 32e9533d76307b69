"""Errors as RFC 9457 problems: a word for programs, a cause and a remedy for people.

They are raised in English and told in the language of whoever asked, see `bachang.catalogue`.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import JSONResponse

from bachang.catalogue import Language, say

MEDIA_TYPE = "application/problem+json"
_REASON_BYTES = 120


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

    def document(self, language: Language = Language.ENGLISH) -> dict[str, str | int]:
        """The problem as a JSON object, in a language as far as it is known there."""
        return {
            "type": self.kind,
            "title": say(HTTPStatus(self.status).phrase, language),
            "status": self.status,
            "detail": say(self.detail, language),
            "remedy": say(self.remedy, language),
        }

    def reason(self, language: Language) -> str:
        """As much of what is wrong as the close of a WebSocket can carry."""
        detail = say(self.detail, language).encode("utf-8", "replace")
        return detail[:_REASON_BYTES].decode(errors="ignore")

    def response(self, language: Language) -> JSONResponse:
        """The problem as an answer to a request."""
        headers = {"Content-Language": language.value, "Vary": "Accept-Language"}
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        return JSONResponse(
            self.document(language),
            status_code=self.status,
            media_type=MEDIA_TYPE,
            headers=headers,
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

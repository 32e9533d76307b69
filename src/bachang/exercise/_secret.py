"""Comparing answers without keeping them.

The journal keeps no answer, right or wrong, but a keyed hash of it: HMAC-SHA256 under the
plan's seed. Whoever reads the journal without the plan learns only whether two answers were
the same, and whoever has both can score the answers again.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Mapping
from typing import Any

from bachang.plan import AnswerKind, Plan, Task


def seal(plan: Plan, task: Task, answer: str) -> str:
    """The hash of an answer as the journal keeps it, 64 hexadecimal digits.

    Static answers are compared without regard to case, width (full-width digits are
    digits) and extra space; flags without regard to width and surrounding space.
    """
    text = unicodedata.normalize("NFKC", answer).strip()
    if task.answer.kind is AnswerKind.STATIC:
        text = " ".join(text.split()).casefold()
    message = f"{task.name}\0{text}".encode("utf-8", "surrogatepass")
    return hmac.new(plan.seed.encode(), message, "sha256").hexdigest()


class Judge:
    """Whether journalled answers to one task are right by a plan.

    A condition was judged when the world was there to be looked at: that judgement stays.
    The comparison takes the same time for every wrong answer.
    """

    def __init__(self, plan: Plan, task: Task) -> None:
        self._by_world = task.answer.kind is AnswerKind.CONDITION
        self._right = [seal(plan, task, value).encode() for value in task.answer.values]

    def accepts(self, data: Mapping[str, Any]) -> bool:
        """Judge the data of a ``task.answered`` event."""
        if self._by_world:
            return data.get("correct") is True
        sealed = str(data.get("answer", "")).encode("utf-8", "replace")
        matches = [hmac.compare_digest(sealed, right) for right in self._right]
        return any(matches)

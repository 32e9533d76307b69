"""What people read: leaked answers, missing translations, variables that nothing uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from bachang.plan._draft import LANGUAGES, Draft
from bachang.plan._model import Plan, Task
from bachang.plan._world import Text
from bachang.scenario import Problem, Where, models

_SHORTEST_LEAK = 3
"""Shorter answers stand in texts by chance."""


def leaked_answers(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """Texts that give away a task's answer."""
    for task in plan.exercise.tasks:
        answers = [value for value in task.answer.values if len(value) >= _SHORTEST_LEAK]
        for where, text in _texts_before(plan, task):
            for answer in answers:
                if any(_contains(words, answer) for words in text.values()):
                    yield draft.scenario.document.problem(
                        where,
                        f"gives away the answer of task `{task.name}`: {answer!r}",
                        "reword it, or ask for something that has to be found out",
                        key=True,
                    )


def _contains(text: str, answer: str) -> bool:
    # Not \b: Chinese characters are letters to it, and stand next to answers without a space.
    pattern = rf"(?<![A-Za-z0-9_.]){re.escape(answer.strip())}(?!\.?[A-Za-z0-9_])"
    return re.search(pattern, text, re.IGNORECASE) is not None


def _texts_before(plan: Plan, task: Task) -> Iterator[tuple[Where, Text]]:
    """Texts that can be read before a task is solved and without paying for a hint of it."""
    yield ("title",), plan.title
    yield ("description",), plan.description
    later = _after(plan, task.name)
    for other in plan.exercise.tasks:
        if other.name in later:
            continue
        yield ("tasks", other.name, "title"), other.title
        yield ("tasks", other.name, "text"), other.text
        for index, hint in enumerate(other.hints):
            if other.name != task.name or hint.penalty == 0:
                yield ("tasks", other.name, "hints", index), hint.text
    for inject in plan.exercise.injects:
        yield ("injects", inject.name, "message"), inject.message


def _after(plan: Plan, name: str) -> set[str]:
    """Tasks that are open only once this one is solved."""
    later: set[str] = set()
    while True:
        found = {
            task.name
            for task in plan.exercise.tasks
            if not later.isdisjoint(task.requires) or name in task.requires
        } - later
        if not found:
            return later - {name}
        later |= found


def missing_translations(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """Texts that do not exist in every language."""
    for where, words in _words(draft.raw, ()):
        if words.source is not None:
            missing = [] if "{lang}" in words.source else ["zh"]
            remedy = "put `{lang}` into the file's name and write one file per language"
        else:
            missing = [language for language in LANGUAGES if getattr(words, language) is None]
            remedy = "write {en: …, zh: …}"
        if missing:
            message = f"is not there in {' and '.join(missing)}"
            yield draft.scenario.document.problem(where, message, remedy, key=True)


def _words(value: Any, where: Where) -> Iterator[tuple[Where, models.Words]]:
    """All texts for people in a model, with their places."""
    if isinstance(value, models.Words):
        yield where, value
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _words(getattr(value, name), (*where, info.alias or name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _words(item, (*where, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _words(item, (*where, index))


def unused_variables(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """Variables that no text and no file of the world refers to."""
    for name in draft.raw.variables:
        if name not in draft.expansion.used:
            yield draft.scenario.document.problem(
                ("variables", name), "is used nowhere", f"use `${{{name}}}` or remove it", key=True
            )

"""What the parts of resolving share: the scenario's models, its seed, and the problems found."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from bachang.plan._model import Program
from bachang.plan._world import Text
from bachang.scenario import Expansion, Problem, Scenario, Seed, Where, did_you_mean, models

LANGUAGES = ("en", "zh")
BASE_ACCOUNTS = ("root", "nobody", "www-data")
"""Accounts that every host has and that programs may run as."""

_INTERPRETERS = {
    ".py": ("python3", "-"),
    ".sh": ("sh", "-s"),
    ".bash": ("bash", "-s"),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan in the making. Parts report mistakes and go on, so that all are found."""

    scenario: Scenario
    raw: models.Root
    seed: Seed
    expansion: Expansion
    machines: Mapping[str, models.Host]
    """Hosts and routers by name."""
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, where: Where, message: str, remedy: str, *, key: bool = False) -> None:
        """Note a mistake."""
        self.problems.append(self.scenario.document.problem(where, message, remedy, key=key))

    def known(self, where: Where, kind: str, name: str, names: Iterable[str]) -> bool:
        """Is the name one of those? If not, note it."""
        names = list(names)
        if name in names:
            return True
        self.wrong(where, f"no {kind} `{name}`", did_you_mean(name, names))
        return False

    def all_known(
        self, where: Where, kind: str, given: Collection[str], names: Iterable[str]
    ) -> tuple[str, ...]:
        """Those of a list of names that are known, each once; the others are noted."""
        names = list(names)
        for index, name in enumerate(given):
            self.known((*where, index), kind, name, names)
        return tuple(dict.fromkeys(name for name in given if name in names))

    def section(self, host: str) -> Where:
        """Where a host or router stands in the file."""
        return ("routers" if host in self.raw.routers else "hosts", host)

    def bytes_of(self, where: Where, path: str) -> bytes:
        """A file of the pack with variables expanded; empty if it is missing, which is noted."""
        if (missing := self.scenario.files.missing(path)) is not None:
            self.wrong(where, *missing)
            return b""
        return self.expanded(self.scenario.files.content[path])

    def expanded(self, content: bytes) -> bytes:
        """The content with variables expanded if it is a text."""
        if b"${" not in content or b"\0" in content:
            return content
        try:
            return self.expansion.lenient(content.decode()).encode()
        except UnicodeDecodeError:
            return content

    def text(self, where: Where, words: models.Words | None, fallback: str = "") -> Text:
        """A text by language, always with ``en``."""
        if words is None:
            return {"en": fallback} if fallback else {}
        given = {"en": words.en, "zh": words.zh}
        if words.source is not None:
            given = {"en": None, "zh": None}
            for language in LANGUAGES if "{lang}" in words.source else ("en",):
                path = words.source.replace("{lang}", language)
                given[language] = self.bytes_of((*where, "source"), path).decode(errors="replace")
        texts = {language: text for language, text in given.items() if text is not None}
        return {"en": next(iter(texts.values())), **texts}

    def program(self, where: Where, program: models.Program) -> Program | None:
        """A command as a granted user on a granted host; ``None`` if it cannot be."""
        host, user = program.host, program.user
        if program.actor is not None:
            if not self.known((*where, "actor"), "actor", program.actor, self.raw.actors):
                return None
            actor = self.raw.actors[program.actor]
            host, user = host or actor.host, user or actor.user
        if host is None or user is None:
            self.wrong(
                where, "has no host and user", "give `actor`, or `host` and `user`", key=True
            )
            return None
        if not self.account(where, host, user):
            return None
        argv, script = self._command(where, program)
        return Program(host=host, user=user, argv=argv, script=script, timeout_s=program.timeout)

    def account(self, where: Where, host: str, user: str) -> bool:
        """Does the host exist and have that account? If not, note it."""
        if not self.known((*where, "host"), "host", host, self.machines):
            return False
        accounts = {*BASE_ACCOUNTS, *self.machines[host].users}
        return self.known((*where, "user"), f"user of {host}", user, accounts)

    def _command(
        self, where: Where, program: models.Program
    ) -> tuple[tuple[str, ...], bytes | None]:
        if program.run is None:
            return tuple(program.command or ()), None
        ending = PurePosixPath(program.run).suffix
        if ending not in _INTERPRETERS:
            self.wrong(
                (*where, "run"),
                f"no interpreter for `{ending}`",
                f"use a script that ends in {', '.join(_INTERPRETERS)}",
            )
        if b"${flag:" in self.scenario.files.content.get(program.run, b""):
            remedy = "a script has to find the flag where it is planted"
            self.wrong((*where, "run"), f"`{program.run}` is given a flag", remedy)
        script = self.bytes_of((*where, "run"), program.run)
        return (*_INTERPRETERS.get(ending, ()), *program.args), script

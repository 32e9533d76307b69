"""Packs in the hands of their authors: files that are read, saved, and read as a whole.

Only packs that people brought or made are edited; they lie in the portal's own folder. Nothing
of a pack is run here: reading one means loading, resolving and linting it. What an editor holds
and has not saved stands for the files on the disk.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from bachang.plan import Plan, changes, digest, lint, resolve
from bachang.portal import _views as views
from bachang.portal._access import Person
from bachang.portal._archive import MAX_BYTES, MAX_FILE_BYTES, MAX_FILES
from bachang.portal._audit import Audit
from bachang.portal._library import Library
from bachang.portal._problem import ProblemError, conflict, invalid, not_found
from bachang.portal._proofs import Proofs
from bachang.portal.models import (
    FILE_PATH,
    Draft,
    FileContent,
    LintFinding,
    NewPack,
    Pack,
    PackFile,
    PlanChange,
    Reading,
    Role,
    SaveFile,
    Severity,
)
from bachang.scenario import FILE_NAME, Problem, Scenario, ScenarioError, load, read_pack
from bachang.twins import TYPES, system_faults

_PATH = re.compile(FILE_PATH)
_MOST_TEXT = 200_000
"""Characters of a file that can be edited."""
_TOO_LARGE = (RecursionError, MemoryError)


class Drafts:
    """Reads and writes the files of packs that may be edited."""

    def __init__(self, library: Library, proofs: Proofs, audit: Audit) -> None:
        self._library = library
        self._proofs = proofs
        self._audit = audit
        self._saving = threading.Lock()
        self._reading = threading.Semaphore(1)
        self._points = {key: [point.name for point in kind.points] for key, kind in TYPES.items()}

    # ---- files

    def create(self, new: NewPack, *, by: Person) -> Pack:
        """Make a pack: a copy of one that ships or is one's own, or a small one that works."""
        if new.copy_of is None:
            files = {FILE_NAME: _first(new), "solutions/look.sh": _SOLUTION}
        else:
            self._check_may_copy(new.copy_of, by)
            files = dict(read_pack(self._library.folder(new.copy_of)).content)
        pack = self._library.create(new.name, files, by=by)
        self._audit.note(by.name, "pack.created", new.name, {"copy_of": new.copy_of})
        return pack

    def _check_may_copy(self, pack: str, by: Person) -> None:
        owner = self._library.owner(pack)
        if owner not in (None, by.id) and Role.ORGANISER not in by.roles:
            raise ProblemError(403, "forbidden", "this pack is not yours", "ask its author for it")

    def files(self, pack: str) -> list[PackFile]:
        """The files of a pack by path, the scenario first."""
        content = read_pack(self._library.folder(pack)).content
        order = sorted(content, key=lambda path: (path != FILE_NAME, path))
        return [
            PackFile(path=path, size=len(content[path]), text=_editable(path, content[path]))
            for path in order
        ]

    def file(self, pack: str, path: str) -> FileContent:
        """A text file.

        Raises:
            ProblemError: 404; 422 where it is no text.
        """
        content = self._content(pack, path)
        text = _text(content)
        if text is None:
            raise invalid(f"{path!r} is no text that can be edited", "bring it with an archive")
        return FileContent(path=path, text=text, digest=_sum(content))

    def save(self, pack: str, path: str, new: SaveFile, *, by: Person) -> FileContent:
        """Save a file, unless it was changed since it was read.

        Raises:
            ProblemError: 409 where it is not what ``base`` says, 413 where it is too long.
        """
        folder, content = self._own_folder(pack), new.text.encode()
        with self._saving:
            known = read_pack(folder).content
            before = _sum(known[path]) if path in known else None
            if before != new.base:
                raise conflict(
                    f"{path!r} was changed meanwhile", "read it again and put your changes in"
                )
            _check_sizes({**known, path: content})
            _write(folder, path, content)
        self._changed(pack, path, "pack.file-saved", by)
        return FileContent(path=path, text=new.text, digest=_sum(content))

    def remove(self, pack: str, path: str, *, by: Person) -> None:
        """Delete a file; the scenario stays."""
        if path == FILE_NAME:
            raise conflict("a pack has a scenario", "delete the pack, if that is meant")
        folder = self._own_folder(pack)
        with self._saving:
            self._content(pack, path)
            (folder / path).unlink()
        self._changed(pack, path, "pack.file-deleted", by)

    def _changed(self, pack: str, path: str, action: str, by: Person) -> None:
        self._library.forget(pack)
        self._audit.note(by.name, action, pack, {"path": path})

    def _own_folder(self, pack: str) -> Path:
        folder = self._library.folder(pack)
        if self._library.owner(pack) is None:
            raise conflict("a pack that ships with Bachang stays as it is", "make a copy of it")
        return folder

    def _content(self, pack: str, path: str) -> bytes:
        content = read_pack(self._library.folder(pack)).content.get(path)
        if content is None:
            raise not_found("file", path)
        return content

    # ---- reading as a whole

    def read(self, pack: str, draft: Draft) -> Reading:
        """What a strict reader says to a draft; one at a time, as it takes a processor."""
        folder = self._library.folder(pack)
        edits = {path: text.encode() for path, text in draft.files.items()}
        with self._reading:
            plan, findings = self._plan(folder, edits)
            saved = self._library.plan(pack) if plan else None
            verified = self._proofs.plan(pack) if plan else None
        return Reading(
            findings=findings,
            topology=views.topology(plan, {}, everything=True) if plan else None,
            plan=digest(plan) if plan else None,
            since_saved=_changes(saved, plan),
            since_verified=_changes(verified, plan),
        )

    def _plan(
        self, folder: Path, edits: Mapping[str, bytes]
    ) -> tuple[Plan | None, list[LintFinding]]:
        try:
            scenario = load(folder, edits=edits)
            plan = resolve(scenario, "0")
            return plan, _findings(folder, self._lint(scenario), Severity.WARNING)
        except ScenarioError as error:
            return None, _findings(folder, error.problems, Severity.ERROR)
        except _TOO_LARGE as error:
            problem = _problem(folder, f"it cannot be read: {type(error).__name__}")
            return None, _findings(folder, [problem], Severity.ERROR)

    def _lint(self, scenario: Scenario) -> Iterable[Problem]:
        return lint(scenario, points=self._points, faults=system_faults)


def _changes(old: Plan | None, new: Plan | None) -> list[PlanChange] | None:
    if old is None or new is None:
        return None
    return [
        PlanChange(part=one.part, name=one.name, kind=one.kind, before=one.before, after=one.after)
        for one in changes(old, new)
    ]


def _findings(folder: Path, problems: Iterable[Problem], severity: Severity) -> list[LintFinding]:
    return [
        LintFinding(
            path=one.path.removeprefix(f"{folder}/"),
            line=one.line,
            column=one.column,
            where=one.where,
            message=one.message,
            remedy=one.remedy,
            severity=severity,
        )
        for one in problems
    ]


def _problem(folder: Path, message: str) -> Problem:
    file = str(folder / FILE_NAME)
    return Problem(path=file, line=1, column=1, where="", message=message, remedy="make it smaller")


def _editable(path: str, content: bytes) -> bool:
    return _PATH.fullmatch(path) is not None and _text(content) is not None


def _text(content: bytes) -> str | None:
    """The content as a text that can be edited; ``None``: it is none."""
    if len(content) > 4 * _MOST_TEXT or b"\0" in content:
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return text if len(text) <= _MOST_TEXT else None


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _check_sizes(files: Mapping[str, bytes]) -> None:
    total = sum(map(len, files.values()))
    if (
        len(files) > MAX_FILES
        or total > MAX_BYTES
        or max(map(len, files.values())) > MAX_FILE_BYTES
    ):
        raise ProblemError(
            413,
            "too-long",
            "the pack would be too large",
            f"a file has at most {MAX_FILE_BYTES >> 20} MiB, a pack {MAX_BYTES >> 20} MiB and "
            f"{MAX_FILES} files",
        )


def _write(folder: Path, path: str, content: bytes) -> None:
    """Put a file in its place: whoever reads sees the old or the new one, whole."""
    place = folder / path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=".draft-", dir=place.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(draft).replace(place)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise conflict(
            f"{path!r} cannot be a file: a folder or file is in its way", "choose another name"
        ) from error


def _first(new: NewPack) -> bytes:
    title = (new.title or new.name).replace("\\", "").replace('"', "'")
    return _SCENARIO.format(name=new.name, title=title).encode()


_SOLUTION = b"hostname -I\n"
_SCENARIO = """\
bachang: 1
name: {name}
title: {{en: "{title}", zh: "{title}"}}
description: {{en: Two hosts in one network., zh: 同一网络中的两台主机。}}
networks:
  office: {{cidr: 10.20.10.0/24, title: {{en: Office, zh: 办公网}}}}
hosts:
  desk:
    title: {{en: Workstation, zh: 工作站}}
    networks: {{office: 10.20.10.11}}
    users:
      trainee: {{}}
  server:
    title: {{en: Server, zh: 服务器}}
    networks: {{office: 10.20.10.21}}
actors:
  trainee: {{role: blue, host: desk, user: trainee}}
tasks:
  look-around:
    level: 1
    title: {{en: Look around, zh: 看看周围}}
    text: {{en: Which address has the workstation?, zh: 工作站的地址是什么？}}
    points: 50
    answer: 10.20.10.11
    solution: {{actor: trainee, run: solutions/look.sh, answer: 10.20.10.11}}
"""

"""Documents of the author's view: files of a pack, what is wrong in them, their proof."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated

from pydantic import Field

from bachang.portal.models._base import Document, Line, Name, Text, Told
from bachang.portal.models._packs import Topology

FILE_PATH = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*){0,9}$"

FilePath = Annotated[str, Field(pattern=FILE_PATH, max_length=200)]
"""A file's path inside a pack: plain names joined by slashes, nothing hidden."""

FileText = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=200_000)]


class NewPack(Document):
    """A pack to be made: a small world that works, or a copy of one that there is."""

    name: Name
    title: Line | None = None
    copy_of: Name | None = None


class PackFile(Document):
    """A file of a pack."""

    path: str
    size: int
    """Bytes."""
    text: bool
    """Whether it can be edited: UTF-8, and not too long."""


class FileContent(Document):
    """A text file as it is now."""

    path: str
    text: str
    digest: str
    """SHA-256 of its bytes: give it back when you save."""


class SaveFile(Document):
    """A file's new content."""

    text: FileText
    base: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    """Digest of what was edited; ``null``: a new file. Another one there is refused."""


class Draft(Document):
    """What an editor holds: files by path, saved or not; those left out are as they are kept."""

    files: Annotated[dict[FilePath, FileText], Field(max_length=20)] = Field(default_factory=dict)


class Severity(enum.StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """There is no plan with it."""
    WARNING = "warning"
    """There is a plan; a strict reader doubts it."""


class LintFinding(Document):
    """Something that is wrong or doubtful in a pack."""

    path: str
    """File in the pack."""
    line: int
    """From 1."""
    column: int
    """From 1."""
    where: str
    """Keys from the top of the file, joined by dots; empty: the whole file."""
    message: Told
    remedy: Told
    severity: Severity


class PlanChange(Document):
    """An item of the plan that is not what it was."""

    part: str
    """``hosts``, ``addresses``, ``files``, ``tasks``, …"""
    name: str
    kind: str
    """``added``, ``removed`` or ``changed``."""
    before: str
    after: str


class Reading(Document):
    """A draft as a strict reader sees it; nothing of it was run."""

    findings: list[LintFinding]
    topology: Topology | None
    """``null``: there is no plan, see ``findings``."""
    plan: str | None
    """Digest of the plan."""
    since_saved: list[PlanChange] | None
    """Against the pack as it is kept; ``null``: one of the two has no plan."""
    since_verified: list[PlanChange] | None
    """Against the pack as it was verified last; ``null``: it was not, or there is no plan."""


class VerificationState(enum.StrEnum):
    """How far a verification is."""

    NONE = "none"
    """The pack was never verified here."""
    QUEUED = "queued"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    """It came to its end, and something does not hold."""
    CANCELLED = "cancelled"
    BROKEN = "broken"
    """It did not come to its end; ``reason`` says why."""


class VerifyCheck(Document):
    """One thing that was checked."""

    name: str
    title: Text
    ok: bool
    reason: Told
    """Why it does not hold; empty if it does."""
    evidence: Told
    duration_s: float


class Verification(Document):
    """The latest proof of a pack."""

    pack: str
    state: VerificationState
    reason: Told
    by: str
    """Name of whoever asked for it."""
    started_at: datetime | None
    ended_at: datetime | None
    expected: list[str]
    """Names of all checks, in the report's order."""
    checks: list[VerifyCheck]
    """Those that are done, in the order in which they were."""
    current: bool
    """Whether the pack is still what was verified."""

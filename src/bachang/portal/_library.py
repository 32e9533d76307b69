"""The packs that there are: those that ship, and those that people brought."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from bachang.engine import load_plan
from bachang.plan import Plan
from bachang.portal import _views as views
from bachang.portal._access import Person, Relation
from bachang.portal._archive import unpack
from bachang.portal._audit import Audit
from bachang.portal._outside import Outside
from bachang.portal._problem import conflict, invalid, not_found
from bachang.portal._proofs import Proofs, content_digest
from bachang.portal._settings import Settings
from bachang.portal.models import Pack, Page, Role, Topology, Verified
from bachang.portal.store import PortalStore, tables
from bachang.scenario import ScenarioError

_PACK = tables.pack
_PICTURES = {
    "picture.png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "picture.jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "picture.webp": ("image/webp", b"RIFF"),
}
"""A pack's picture by file name: its type, and what its first bytes must be."""
_TASK_MIN = 8
"""Minutes that a newcomer takes for a task, roughly."""
_REPORT = "verified.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """A pack as it was when its scenario had this time stamp."""

    changed_ns: int
    plan: Plan | None
    problems: tuple[str, ...]
    content: str = ""
    """Digest of all its files."""


class Library:
    """Reader of all packs, writer of uploaded ones."""

    def __init__(
        self,
        store: PortalStore,
        settings: Settings,
        proofs: Proofs,
        audit: Audit,
        outside: Outside,
    ) -> None:
        self._store = store
        self._proofs = proofs
        self._audit = audit
        self._outside = outside
        self._shipped = settings.packs
        self._uploaded = settings.data / "packs"
        self._uploaded.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._loaded: dict[Path, _Loaded] = {}
        self._lock = threading.Lock()

    # ---- relations, for `Access`

    def to_pack(self, person: Person, pack: str) -> frozenset[Relation]:
        """What a person is to a pack; whoever brings a new one owns it."""
        owner = self.owner(pack)
        if owner is None and self._shipped_folder(pack) is None:
            return frozenset({Relation.OWNER})
        return frozenset({Relation.OWNER} if owner == person.id else ())

    def owner(self, pack: str) -> str | None:
        """Account that brought a pack; ``None`` for one that ships, or that is not there."""
        with self._store.reading() as connection:
            mine = select(_PACK.c.owner).where(_PACK.c.name == pack)
            return connection.execute(mine).scalar_one_or_none()

    # ---- looking

    def packs(self, *, after: str | None, limit: int) -> Page[Pack]:
        """Part of all packs, by name."""
        names = sorted(name for name in self._names() if after is None or name > after)
        items = [self.pack(name) for name in names[:limit]]
        return Page(items=items, next=names[limit - 1] if len(names) > limit else None)

    def pack(self, name: str) -> Pack:
        """One pack; one that does not load says why."""
        folder = self.folder(name)
        loaded = self._load(folder)
        plan = loaded.plan
        tasks = plan.exercise.tasks if plan else ()
        uploader = self._uploader(name)
        return Pack(
            name=name,
            title=plan.title if plan else {"en": name},
            description=plan.description if plan else {"en": ""},
            difficulty=max(1, min(5, max((task.level for task in tasks), default=1))),
            skills=_skills(plan),
            duration_min=_TASK_MIN * len(tasks) or _TASK_MIN,
            hosts=len(plan.world.hosts) if plan else 0,
            tasks=len(tasks),
            points=sum(task.points for task in tasks),
            picture=f"/api/packs/{name}/picture" if _picture(folder) else None,
            verified=self._proofs.verified(name, loaded.content)
            or (_verified(folder) if uploader is None else None),
            shipped=uploader is None,
            uploaded_by=uploader,
            problems=list(loaded.problems),
        )

    def usable(self, name: str) -> Pack:
        """A pack that loads.

        Raises:
            ProblemError: 422 with its problems.
        """
        pack = self.pack(name)
        if pack.problems:
            raise invalid(f"this pack does not load: {pack.problems[0]}", "ask its author")
        return pack

    def topology(self, name: str, person: Person) -> Topology:
        """How its world looks."""
        plan = self._load(self.folder(name)).plan
        if plan is None:
            raise invalid("this pack does not load", "its page says why")
        insider = Role.ORGANISER in person.roles or self.owner(name) == person.id
        return views.topology(plan, {}, everything=insider)

    def picture(self, name: str) -> tuple[bytes, str]:
        """Its picture and the picture's type."""
        found = _picture(self.folder(name))
        if found is None:
            raise not_found("picture", name)
        return found

    def folder(self, name: str) -> Path:
        """Where a pack is.

        Raises:
            ProblemError: 404.
        """
        shipped = self._shipped_folder(name)
        if shipped is not None:
            return shipped
        folder = self._uploaded / name
        if self.owner(name) is None or not folder.is_dir():
            raise not_found("pack", name)
        return folder

    def plan(self, name: str) -> Plan | None:
        """The plan of a pack as it is kept; ``None`` if it does not load."""
        return self._load(self.folder(name)).plan

    def content(self, name: str) -> str:
        """Digest of all files of a pack."""
        return self._load(self.folder(name)).content

    # ---- bringing

    def upload(self, name: str, archive: bytes, *, by: Person) -> Pack:
        """Unpack an archive as a pack; what was there under this name is replaced."""
        if self._shipped_folder(name) is not None:
            raise conflict(f"a pack named {name!r} ships with Bachang", "choose another name")
        with self._lock:
            unpack(archive, self._uploaded / name)
            self.forget(name)
        with self._store.writing() as connection:
            mine, now = _PACK.c.name == name, self._outside.now()
            if not connection.execute(update(_PACK).where(mine).values(uploaded_at=now)).rowcount:
                connection.execute(insert(_PACK).values(name=name, owner=by.id, uploaded_at=now))
            self._audit.write(connection, by.name, "pack.uploaded", name)
        return self.pack(name)

    def create(self, name: str, files: Mapping[str, bytes], *, by: Person) -> Pack:
        """Make a new pack of these files."""
        if self._shipped_folder(name) is not None or self.owner(name) is not None:
            raise conflict(f"there is a pack named {name!r}", "choose another name")
        folder = self._uploaded / name
        with self._store.writing() as connection:
            now = self._outside.now()
            connection.execute(insert(_PACK).values(name=name, owner=by.id, uploaded_at=now))
            for path, content in files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
        self.forget(name)
        return self.pack(name)

    def forget(self, name: str) -> None:
        """A file of an uploaded pack has changed: it is read again when it is asked for."""
        self._loaded.pop(self._uploaded / name, None)

    def delete(self, name: str, *, by: Person) -> None:
        """Delete an uploaded pack."""
        if self._shipped_folder(name) is not None:
            raise conflict("a pack that ships with Bachang stays", "delete one that was uploaded")
        self.folder(name)
        with self._store.writing() as connection:
            connection.execute(delete(_PACK).where(_PACK.c.name == name))
            self._audit.write(connection, by.name, "pack.deleted", name)
        shutil.rmtree(self._uploaded / name, ignore_errors=True)
        self._proofs.forget(name)
        self.forget(name)

    # ---- inside

    def _names(self) -> set[str]:
        with self._store.reading() as connection:
            names = set(connection.execute(select(_PACK.c.name)).scalars())
        if self._shipped is not None:
            names |= {file.parent.name for file in self._shipped.glob("*/scenario.yaml")}
        return names

    def _shipped_folder(self, name: str) -> Path | None:
        if self._shipped is None:
            return None
        folder = self._shipped / name
        return folder if (folder / "scenario.yaml").is_file() else None

    def _uploader(self, name: str) -> str | None:
        query = (
            select(tables.account.c.name)
            .join(_PACK, _PACK.c.owner == tables.account.c.id)
            .where(_PACK.c.name == name)
        )
        with self._store.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def _load(self, folder: Path) -> _Loaded:
        try:
            changed_ns = (folder / "scenario.yaml").stat().st_mtime_ns
        except OSError:
            return _Loaded(changed_ns=0, plan=None, problems=("its files are gone",))
        known = self._loaded.get(folder)
        if known is None or known.changed_ns != changed_ns:
            known = self._loaded[folder] = _read(folder, changed_ns)
        return known


def _read(folder: Path, changed_ns: int) -> _Loaded:
    content = content_digest(folder)
    try:
        plan = load_plan(folder)
    except ScenarioError as error:
        problems = tuple(str(problem).removeprefix(f"{folder}/") for problem in error.problems[:20])
        return _Loaded(changed_ns=changed_ns, plan=None, problems=problems, content=content)
    except (RecursionError, MemoryError, ValueError) as error:
        problem = f"it cannot be read: {type(error).__name__}"
        return _Loaded(changed_ns=changed_ns, plan=None, problems=(problem,), content=content)
    return _Loaded(changed_ns=changed_ns, plan=plan, problems=(), content=content)


def _skills(plan: Plan | None) -> list[str]:
    weaknesses = plan.exercise.weaknesses if plan else ()
    return sorted({key for weakness in weaknesses for key in weakness.techniques})


def _picture(folder: Path) -> tuple[bytes, str] | None:
    for name, (media_type, start) in _PICTURES.items():
        file = folder / name
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            if content.startswith(start):
                return content, media_type
    return None


def _verified(folder: Path) -> Verified | None:
    """What `bachang verify --json` said last, if it was kept beside a pack that ships."""
    try:
        report = json.loads((folder / _REPORT).read_text())
        date = datetime.fromisoformat(report["date"])
        return Verified(date=date.replace(tzinfo=date.tzinfo or UTC), ok=report["ok"] is True)
    except (OSError, ValueError, KeyError, TypeError):
        return None

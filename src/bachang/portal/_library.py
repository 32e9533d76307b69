"""The packs that there are: those that ship, and those that people brought."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from bachang.plan import Plan
from bachang.portal import _shelf as shelf
from bachang.portal import _views as views
from bachang.portal._access import Person, Relation
from bachang.portal._archive import unpack
from bachang.portal._ground import Ground
from bachang.portal._problem import ProblemError, conflict, invalid, not_found
from bachang.portal._proofs import Proof, Proofs
from bachang.portal._shelf import Loaded, Origin, Shelf
from bachang.portal.models import Pack, Page, Text, Topology, VerificationState, Verified
from bachang.portal.store import tables

_PACK = tables.pack


class Library:
    """Reader of all packs, writer of uploaded ones."""

    def __init__(self, ground: Ground, proofs: Proofs) -> None:
        self._store, self._audit, self._outside = ground.store, ground.audit, ground.outside
        self._proofs = proofs
        self._shipped = ground.settings.packs
        self._uploaded = ground.settings.data / "packs"
        self._uploaded.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._shelf = Shelf()
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
        loaded = self._shelf.load(folder)
        proven = self._verified(name, folder, loaded)
        return shelf.document(name, folder, loaded, origin=self._origin(name), verified=proven)

    def proof(self, name: str) -> Proof | None:
        """The latest proof of a pack, of whatever content; uploaded packs bring none."""
        folder = self.folder(name)
        return self._proof(name, folder, self._shelf.load(folder))

    def _proof(self, name: str, folder: Path, loaded: Loaded) -> Proof | None:
        if self._shipped_folder(name) is None:
            return self._proofs.latest(name)
        return self._proofs.of(name, folder, loaded.content, loaded.plan)

    def _verified(self, name: str, folder: Path, loaded: Loaded) -> Verified | None:
        proof = self._proof(name, folder, loaded)
        if proof is None or proof.content != loaded.content:
            return None
        done = proof.verification
        if done.ended_at is None:
            return None
        return Verified(date=done.ended_at, ok=done.state is VerificationState.PASSED)

    def usable(self, name: str) -> Pack:
        """A pack that loads.

        Raises:
            ProblemError: 422 with its problems.
        """
        pack = self.pack(name)
        if pack.problems:
            raise invalid(f"this pack does not load: {pack.problems[0]['en']}", "ask its author")
        return pack

    def topology(self, name: str, person: Person) -> Topology:
        """How its world looks."""
        plan = self._shelf.load(self.folder(name)).plan
        if plan is None:
            raise invalid("this pack does not load", "its page says why")
        return views.topology(plan, {}, everything=self.owner(name) == person.id)

    def picture(self, name: str) -> tuple[bytes, str]:
        """Its picture and the picture's type."""
        found = shelf.picture(self.folder(name))
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
        return self._shelf.load(self.folder(name)).plan

    def title(self, name: str) -> Text | None:
        """Its title, in whatever languages it has; ``None`` if it is gone or does not load."""
        try:
            plan = self._shelf.remembered(self.folder(name)).plan
        except ProblemError:
            return None
        return plan.title if plan else None

    def content(self, name: str) -> str:
        """Digest of all files of a pack."""
        return self._shelf.load(self.folder(name)).content

    # ---- bringing

    def upload(self, name: str, archive: bytes, *, by: Person) -> Pack:
        """Unpack an archive as a pack; what was there under this name is replaced."""
        if self._shipped_folder(name) is not None:
            raise conflict(f"a pack named {name!r} ships with Bachang", "choose another name")
        with self._lock:
            unpack(archive, self._uploaded / name)
            self.forget(name)
        with self._store.writing() as connection:
            mine = _PACK.c.name == name
            brought = {"uploaded_at": self._outside.now(), "copy_of": None}
            if not connection.execute(update(_PACK).where(mine).values(brought)).rowcount:
                new = insert(_PACK).values(name=name, owner=by.id, **brought)
                connection.execute(new)
            self._audit.write(connection, by.name, "pack.uploaded", name)
        return self.pack(name)

    def create(
        self, name: str, files: Mapping[str, bytes], *, copy_of: str | None, by: Person
    ) -> Pack:
        """Make a new pack of these files; ``copy_of``: the pack that they are from."""
        if self._shipped_folder(name) is not None or self.owner(name) is not None:
            raise conflict(f"there is a pack named {name!r}", "choose another name")
        folder = self._uploaded / name
        with self._store.writing() as connection:
            now = self._outside.now()
            made = {"name": name, "owner": by.id, "uploaded_at": now, "copy_of": copy_of}
            connection.execute(insert(_PACK).values(made))
            for path, content in files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
        self.forget(name)
        return self.pack(name)

    def forget(self, name: str) -> None:
        """A file of an uploaded pack has changed: it is read again when it is asked for."""
        self._shelf.forget(self._uploaded / name)

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

    def _origin(self, name: str) -> Origin | None:
        query = (
            select(tables.account.c.name, _PACK.c.copy_of)
            .join(_PACK, _PACK.c.owner == tables.account.c.id)
            .where(_PACK.c.name == name)
        )
        with self._store.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Origin(uploaded_by=row.name, copy_of=row.copy_of)

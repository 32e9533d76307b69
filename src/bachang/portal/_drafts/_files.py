"""The files of packs that may be edited."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from bachang.portal._access import Person
from bachang.portal._archive import MAX_BYTES, MAX_FILE_BYTES, MAX_FILES
from bachang.portal._audit import Audit
from bachang.portal._drafts._first import first_files
from bachang.portal._drafts._title import retitled
from bachang.portal._library import Library
from bachang.portal._problem import ProblemError, conflict, invalid, not_found
from bachang.portal.models import FILE_PATH, FileContent, NewPack, Pack, PackFile, Role, SaveFile
from bachang.scenario import FILE_NAME, read_pack

_PATH = re.compile(FILE_PATH)
_MOST_TEXT = 200_000
"""Characters of a file that can be edited."""


class Drafts:
    """Reads and writes the files of packs that may be edited."""

    def __init__(self, library: Library, audit: Audit) -> None:
        self._library = library
        self._audit = audit
        self._saving = threading.Lock()

    def create(self, new: NewPack, *, by: Person) -> Pack:
        """Make a pack: a copy of one that ships or is one's own, or a small one that works."""
        if new.copy_of is None:
            files = first_files(new)
        else:
            self._check_may_copy(new.copy_of, by)
            files = dict(read_pack(self._library.folder(new.copy_of)).content)
            if new.title is not None:
                files[FILE_NAME] = retitled(files.get(FILE_NAME, b""), new.title)
        pack = self._library.create(new.name, files, copy_of=new.copy_of, by=by)
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

"""Uploaded packs: a ZIP archive, unpacked with suspicion.

Nothing is believed: neither the sizes that the archive claims, nor its paths, nor its types.
Only plain files in plain folders come out, and never more than a pack may have. Nothing of it
is run, and nothing is served to a browser but pictures that are what they say.
"""

from __future__ import annotations

import io
import shutil
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from bachang.portal._problem import ProblemError, invalid

MAX_FILES = 4000
MAX_FILE_BYTES = 4 * 1024 * 1024
MAX_BYTES = 32 * 1024 * 1024
_CHUNK = 64 * 1024
_REMEDY = "make the archive anew, of the pack's folder: zip -r pack.zip scenario.yaml …"


def unpack(archive: bytes, folder: Path) -> None:
    """Unpack a pack's archive as a new folder, which appears whole or not at all.

    Args:
        archive: The ZIP archive; the scenario stands at its top, or in its only folder.
        folder: Where to put it; what is there is replaced.

    Raises:
        ProblemError: 422 for an archive that is not a pack's.
    """
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            _extract(opened, draft)
        top = _top(draft)
        old = draft / ".old"
        if folder.exists():
            folder.rename(old)
        top.rename(folder)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise invalid(f"this is no ZIP archive that can be read: {error}", _REMEDY) from error
    except (ValueError, OSError) as error:
        raise invalid(f"the archive cannot be unpacked: {error}", _REMEDY) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _extract(opened: zipfile.ZipFile, draft: Path) -> None:
    entries = [entry for entry in opened.infolist() if not entry.is_dir()]
    if len(entries) > MAX_FILES:
        raise invalid(f"a pack has at most {MAX_FILES} files", _REMEDY)
    left = MAX_BYTES
    for entry in entries:
        path = _path(entry)
        if path is not None:
            left -= _write(opened, entry, draft / path, min(left, MAX_FILE_BYTES))


def _path(entry: zipfile.ZipInfo) -> PurePosixPath | None:
    """Where a file goes; ``None`` for what is left out (hidden files).

    Raises:
        ProblemError: it would go somewhere else, or is no plain file.
    """
    name = entry.filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    path = PurePosixPath(name)
    tricky = "\\" in name or "\0" in name or path.is_absolute() or ".." in path.parts
    if tricky or any(ord(char) < 32 for char in name) or len(name) > 300:
        raise invalid(f"the archive has a path that leads elsewhere: {name[:80]!r}", _REMEDY)
    if kind not in (0, stat.S_IFREG):
        raise invalid(f"{name[:80]!r} is no plain file", "put the file itself into the pack")
    if any(part.startswith(".") or part == "__MACOSX" for part in path.parts):
        return None
    return path


def _write(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path, limit: int) -> int:
    """Write one file; its size, which is counted and not believed."""
    size = 0
    place.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(entry) as source, place.open("xb") as target:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise ProblemError(
                    413,
                    "too-long",
                    f"{entry.filename[:80]!r} is too large when it is unpacked",
                    f"a file has at most {MAX_FILE_BYTES >> 20} MiB, a pack {MAX_BYTES >> 20} MiB",
                )
            target.write(chunk)
    return size


def _top(draft: Path) -> Path:
    """The folder with the scenario."""
    if (draft / "scenario.yaml").is_file():
        return draft
    inside = [path for path in draft.iterdir() if path.is_dir()]
    if len(inside) == 1 and (inside[0] / "scenario.yaml").is_file():
        return inside[0]
    raise invalid("there is no scenario.yaml at the top of the archive", _REMEDY)

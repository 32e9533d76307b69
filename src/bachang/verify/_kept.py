"""A proof that is kept beside a pack that ships: ``blackout.proof.json`` beside ``blackout/``.

It lies outside the pack, so that no archive of a pack can bring one, and it holds only for what
it was made of: every file of the pack, and this version of Bachang. Between releases the date says
how old it is; the slow tests prove the packs that ship anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from bachang import __version__
from bachang.scenario import read_pack
from bachang.verify._report import VerifyReport


class NoProofError(Exception):
    """A report that proves nothing of a pack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProof:
    """A report of which everything held, and of what."""

    bachang: str
    """Version that proved it."""
    content: str
    """Digest of the pack's files, see `content_digest`."""
    at_s: float
    """Unix time of its end."""
    report: VerifyReport

    def holds(self, content: str) -> bool:
        """Whether it is a proof of this content by this version."""
        return (self.bachang, self.content) == (__version__, content) and self.report.ok


def content_digest(folder: Path) -> str:
    """SHA-256 over paths and contents of a pack's files."""
    files = read_pack(folder).content
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0{hashlib.sha256(files[path]).hexdigest()}\n".encode())
    return whole.hexdigest()


def proof_file(folder: Path) -> Path:
    """Where the proof of a pack is kept."""
    return folder.with_name(f"{folder.name}.proof.json")


def keep_proof(
    file: Path, folder: Path, report: VerifyReport, *, content: str, at_s: float
) -> None:
    """Keep a report as the pack's proof.

    Args:
        file: Where; it is found at `proof_file`.
        folder: The pack.
        report: Of which everything holds.
        content: Digest of the pack before it was verified.
        at_s: Unix time of the proof's end.

    Raises:
        NoProofError: something does not hold, or the pack was changed meanwhile.
    """
    if not report.ok:
        raise NoProofError("not everything holds, so there is nothing to keep")
    if content_digest(folder) != content:
        raise NoProofError("the pack was changed while it was verified: verify it again")
    named = replace(report, pack=folder.name)
    proof = KeptProof(bachang=__version__, content=content, at_s=at_s, report=named)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(proof), indent=1) + b"\n")


def kept_proof(folder: Path) -> KeptProof | None:
    """The proof that is kept of a pack; ``None``: there is none that can be read."""
    try:
        return msgspec.json.decode(proof_file(folder).read_bytes(), type=KeptProof)
    except (OSError, msgspec.MsgspecError):
        return None

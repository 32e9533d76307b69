"""Where Bachang keeps its things on a machine, after the XDG base directories.

State (running sandboxes) may vanish with the machine; data (journal, plans, the
instance's secret) is what an exercise is later judged by. Both belong to one account
and are readable by nobody else.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The directories of one account."""

    state: Path
    data: Path

    @classmethod
    def of_account(cls) -> Places:
        """The places of the account that runs this process; made if missing."""
        home = Path.home()
        places = cls(
            state=Path(os.environ.get("XDG_STATE_HOME") or home / ".local/state") / "bachang",
            data=Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share") / "bachang",
        )
        for directory in (places.state, places.data, places.plans):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return places

    @property
    def journal(self) -> Path:
        """The store of all journals."""
        return self.data / "journal.db"

    @property
    def plans(self) -> Path:
        """One file per sandbox that ever ran: its whole plan, answers included."""
        return self.data / "plans"

    def secret(self) -> bytes:
        """The instance's 256-bit secret, made on first use; seeds of exercises come from it."""
        path = self.data / "secret"
        if not path.exists():
            handle, draft = tempfile.mkstemp(dir=self.data, prefix="secret.")
            with open(handle, "wb") as file:
                file.write(secrets.token_bytes(32))
            # link, not rename: of two first users one wins, and both then read the same.
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            os.unlink(draft)
        return path.read_bytes()

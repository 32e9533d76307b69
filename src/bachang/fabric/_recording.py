"""What was seen on a terminal, as long as there is room: bytes with times, and as asciicast.

The newest output counts: what does not fit any more is left out from the start, and a reader
is told by the header. What was typed is not kept (it may be a password); what a terminal
echoes is output.
"""

from __future__ import annotations

import codecs
import json
from collections import deque
from dataclasses import dataclass, field

LIMIT_BYTES = 512 * 1024
_ENTRY_BYTES = 48
"""What an entry takes besides its content, roughly."""


@dataclass(slots=True)
class Recording:
    """A terminal's output since it was opened."""

    rows: int
    columns: int
    started_wall_s: float
    title: str
    _entries: deque[tuple[float, str, bytes]] = field(default_factory=deque)
    _size: int = 0
    _cut: bool = False

    def output(self, at_s: float, content: bytes) -> None:
        """Something was shown, so many seconds after the start."""
        self._add(at_s, "o", content)

    def resized(self, at_s: float, rows: int, columns: int) -> None:
        """The window has another size now."""
        self._add(at_s, "r", f"{columns}x{rows}".encode())

    def replay(self) -> bytes:
        """All output that is kept, in one piece: a terminal that is given it looks the same."""
        return b"".join(content for _, kind, content in self._entries if kind == "o")

    def asciicast(self) -> str:
        """The recording in the format asciicast v2."""
        header = {
            "version": 2,
            "width": self.columns,
            "height": self.rows,
            "timestamp": int(self.started_wall_s),
            "title": self.title + (" (its beginning was left out)" if self._cut else ""),
            "env": {"TERM": "xterm-256color"},
        }
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        lines = [json.dumps(header)]
        for at_s, kind, content in self._entries:
            text = decoder.decode(content) if kind == "o" else content.decode()
            lines.append(json.dumps([round(at_s, 6), kind, text], ensure_ascii=False))
        return "\n".join(lines) + "\n"

    def _add(self, at_s: float, kind: str, content: bytes) -> None:
        self._entries.append((at_s, kind, content))
        self._size += len(content) + _ENTRY_BYTES
        while self._size > LIMIT_BYTES and len(self._entries) > 1:
            self._size -= len(self._entries.popleft()[2]) + _ENTRY_BYTES
            self._cut = True

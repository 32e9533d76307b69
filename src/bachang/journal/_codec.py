"""Events as lines of JSON: one event, one line, in the order in which they happened.

A log is only ever appended to, so a crash can tear nothing but its last line. A torn last
line is not an event yet (nobody was told that it happened) and is left out; a bad line
before the last one means that the file was damaged, and is an error.
"""

from __future__ import annotations

import msgspec

from bachang.journal._error import CorruptLogError
from bachang.journal._event import Event

_decoder = msgspec.json.Decoder(Event)
_encoder = msgspec.json.Encoder()


def encode(event: Event) -> bytes:
    """One event as a line of JSON, with its newline."""
    return _encoder.encode(event) + b"\n"


def decode(content: bytes, *, source: str = "log", first_line: int = 1) -> tuple[list[Event], int]:
    """The events in a piece of a log that begins at the start of a line.

    Args:
        content: Bytes of the log.
        source: Name of the log, for errors.
        first_line: Number of the piece's first line, for errors.

    Returns:
        The events, and how many bytes they took; the rest is a torn last line.

    Raises:
        CorruptLogError: a whole line is not an event.
    """
    end = content.rfind(b"\n") + 1
    events = [
        _decode_line(line, source=source, number=number)
        for number, line in enumerate(content[:end].splitlines(), first_line)
    ]
    return events, end


def _decode_line(line: bytes, *, source: str, number: int) -> Event:
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CorruptLogError(
            f"{source}, line {number}: not an event ({error}). The log was damaged or edited; "
            "restore it from a copy, or cut it before this line and lose what follows"
        ) from error

"""A process that records, commits and only then acknowledges; it is killed by a test.

Usage: ``acknowledging.py FOLDER``. Each acknowledged sequence is one line on standard output.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from bachang.journal import EventLog, SqliteStore, copy


def main(folder: Path) -> None:
    descriptor = os.open(folder / "events.log", os.O_RDWR | os.O_CREAT)
    log = EventLog(descriptor, sandbox="hall-1", wall_clock=time.time)
    store = SqliteStore(folder / "journal.db")
    while True:
        for n in range(3):
            event = log.append(
                sandbox_time_s=n, actor="blue", kind="task.answered", subject="t", data={"n": n}
            )
        log.sync()
        copy(log, store)
        os.write(1, f"{event.sequence}\n".encode())


main(Path(sys.argv[1]))

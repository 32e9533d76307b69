"""The command that captures the frames of a sandbox until Ctrl-C, or for a time."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.markup import escape
from rich.status import Status

from bachang.cli._arguments import Name
from bachang.cli._console import busy, errors, refuse
from bachang.engine import LocalEngine
from bachang.fabric import Capture, CaptureStatus

app = typer.Typer()

_LOOK_S = 0.5
_STANDARD_OUTPUT = Path("-")


@app.command()
def capture(
    name: Name,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write (pcapng); - for a pipe.")
    ],
    network: Annotated[str | None, typer.Option(help="Only this network's frames.")] = None,
    host: Annotated[str | None, typer.Option(help="Only what this host sends.")] = None,
    snap: Annotated[
        int | None, typer.Option(min=14, max=65535, help="Bytes kept of a frame; else all.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--for", min=0.1, help="Seconds; else until Ctrl-C.")
    ] = None,
) -> None:
    """Capture the frames that hosts send, each once, with its sender; until Ctrl-C."""
    sandbox = LocalEngine().sandbox(name)
    with _opened(output) as descriptor, _interruptible() as stopped:
        running = sandbox.capture(descriptor, network=network, host=host, snap_bytes=snap)
        with busy("capturing …") as line:
            _watch(running, stopped, line, seconds)
        _tell(running.stop(), output)


@contextmanager
def _opened(output: Path) -> Iterator[int]:
    if output == _STANDARD_OUTPUT:
        if sys.stdout.isatty():
            refuse("frames are not for a terminal", "name a file, or pipe them", status=2)
        yield sys.stdout.fileno()
        return
    with output.open("wb") as file:
        yield file.fileno()


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """An event that Ctrl-C and a polite kill set, so that the file is completed."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _watch(running: Capture, stopped: threading.Event, line: Status, seconds: float | None) -> None:
    end = None if seconds is None else time.monotonic() + seconds
    while end is None or time.monotonic() < end:
        left = _LOOK_S if end is None else max(0.0, min(_LOOK_S, end - time.monotonic()))
        if stopped.wait(left):
            return
        status = running.status()
        line.update(escape(_figures(status)))
        if not status.running:
            return


def _figures(status: CaptureStatus) -> str:
    megabytes = status.bytes / 1e6
    return f"{status.frames:,} frames, {megabytes:,.1f} MB, {status.dropped:,} dropped"


def _tell(status: CaptureStatus, output: Path) -> None:
    errors.print(f"[bold green]captured[/] {escape(_figures(status))}", soft_wrap=True)
    if status.dropped:
        errors.print(
            "[yellow]incomplete[/] the machine could not keep up: keep less of each frame "
            "(--snap 96), or choose a network or a host"
        )
    if status.unlike_wire and status.snap_bytes is None:
        errors.print(
            f"[yellow]not as on a wire[/] {status.unlike_wire:,} frames are longer than a wire "
            "carries, or their checksum is yet to come: `wire: true` on the network in the "
            "scenario makes them real",
            soft_wrap=True,
        )
    if status.problem:
        refuse(f"it ended by itself: {escape(status.problem)}", f"look at {output}")

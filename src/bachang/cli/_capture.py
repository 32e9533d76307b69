"""The command that captures the frames of a sandbox: until Ctrl-C, for a time, or detached."""

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

from bachang.account import PLACE
from bachang.cli._arguments import Name
from bachang.cli._console import busy, errors, refuse, say
from bachang.engine import LocalEngine
from bachang.fabric import Capture, CaptureStatus, Sandbox

app = typer.Typer()

_LOOK_S = 0.5
_AS_ACCOUNT = "start it as the account itself: runuser -u ACCOUNT -- bachang capture …"
_MB = 1e6
_DETACHED_BYTES = 1_000_000_000
_STANDARD_OUTPUT = Path("-")


@app.command()
def capture(
    name: Name,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write (pcapng); - for a pipe.")
    ] = None,
    network: Annotated[str | None, typer.Option(help="Only this network's frames.")] = None,
    host: Annotated[str | None, typer.Option(help="Only what this host sends.")] = None,
    snap: Annotated[
        int | None, typer.Option(min=14, max=65535, help="Bytes kept of a frame; else all.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--for", min=0.1, help="Seconds; else until Ctrl-C.")
    ] = None,
    limit: Annotated[
        float | None, typer.Option(min=0.1, help="End at so many MB; detached: 1000 if not given.")
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return at once; it goes on until --stop.")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End those that were detached.")] = False,
) -> None:
    """Capture the frames that hosts send, each once, with its sender; until Ctrl-C."""
    sandbox = LocalEngine().sandbox(name)
    if stop:
        _stop_detached(sandbox)
        return
    if output is None:
        refuse("frames need a file", "name one: --output FILE, or - for a pipe", status=2)
    if detach and (output == _STANDARD_OUTPUT or seconds is not None):
        refuse("a detached capture writes to a file, until --stop", "leave --for out", status=2)
    if detach and output.is_relative_to(PLACE):
        refuse("root's copy of the file would be made too early", _AS_ACCOUNT, status=2)
    most = None if limit is None else int(limit * _MB)
    with _opened(output) as descriptor, _interruptible() as stopped:
        if detach:
            begun = sandbox.begin_capture(
                descriptor,
                network=network,
                host=host,
                snap_bytes=snap,
                limit_bytes=most or _DETACHED_BYTES,
            )
            say(f"[bold green]begun[/] {begun.name}; `bachang capture {name} --stop` ends it")
            return
        running = sandbox.capture(
            descriptor, network=network, host=host, snap_bytes=snap, limit_bytes=most
        )
        with busy("capturing …") as line:
            _watch(running, stopped, line, seconds)
        _tell(running.stop(), str(output))


def _stop_detached(sandbox: Sandbox) -> None:
    names = [one.name for one in sandbox.status().captures if one.name]
    for one in names:
        errors.print(f"[bold]{one}[/]", highlight=False)
        _tell(sandbox.end_capture(one), "its file")
    if not names:
        say("no detached capture runs")


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
        line.update(escape(figures(status)))
        if not status.running:
            return


def figures(status: CaptureStatus) -> str:
    """What a capture has taken so far, for people."""
    megabytes = status.bytes / 1e6
    return f"{status.frames:,} frames, {megabytes:,.1f} MB, {status.dropped:,} dropped"


def _tell(status: CaptureStatus, output: str) -> None:
    errors.print(f"[bold green]captured[/] {escape(figures(status))}", soft_wrap=True)
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
    if status.limit_bytes and status.bytes >= status.limit_bytes:
        errors.print(f"[yellow]full[/] {escape(status.problem)}", soft_wrap=True)
    elif status.problem:
        refuse(f"it ended by itself: {escape(status.problem)}", f"look at {output}")

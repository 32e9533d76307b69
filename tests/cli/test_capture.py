"""The command `capture`: a file for a time or until Ctrl-C, and what is told of it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.engine import LocalEngine
from bachang.fabric import Sandbox, pcapng
from tests.cli.calling import COMMAND, bachang, start

_SCENARIO = """\
bachang: 1
name: tap
title: {en: Tap, zh: 抓包}
networks: {lan: {cidr: 10.9.0.0/24}}
hosts: {a: {networks: {lan: 10.9.0.11}}, b: {networks: {lan: 10.9.0.12}}}
"""


@pytest.fixture(scope="module")
def tap(lasting_home: Path) -> Iterator[Sandbox]:
    """Two hosts, brought up by the command. Tests leave no capture running."""
    pack = lasting_home / "pack"
    pack.mkdir()
    (pack / "scenario.yaml").write_text(_SCENARIO, encoding="utf-8")
    assert bachang("up", str(pack)).status == 0
    engine = LocalEngine()
    yield engine.sandbox("tap")
    engine.down("tap")


def _senders(file: Path) -> set[str]:
    blocks = list(pcapng.read(file.read_bytes()))
    names = [one.name for one in blocks if isinstance(one, pcapng.Interface)]
    return {names[one.interface] for one in blocks if isinstance(one, pcapng.Frame)}


def test_frames_until_ctrl_c(tap: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "frames.pcapng"
    command = start("capture", "tap", "-o", str(file))
    try:
        while not tap.status().captures:
            assert command.poll() is None
        assert tap.exec("a", ["ping", "-c", "3", "-i", "0.2", "10.9.0.12"]).status == 0
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=30)
    finally:
        command.kill()
        command.wait()
    assert command.returncode == 0, err
    assert out == ""
    assert "captured" in err
    assert "0 dropped" in err
    assert _senders(file) == {"a:eth0", "b:eth0"}


def test_frames_for_a_time_into_a_pipe(tap: Sandbox) -> None:
    words = ["capture", tap.name, "-o", "-", "--for", "0.1", "--snap", "96"]
    done = subprocess.run([*COMMAND, *words], capture_output=True, timeout=60, check=True)
    assert {one.name for one in pcapng.read(done.stdout) if isinstance(one, pcapng.Interface)} == {
        "any",
        "a:eth0",
        "b:eth0",
    }


def test_what_cannot_be_captured_is_told(tap: Sandbox, tmp_path: Path) -> None:
    answer = bachang("capture", "tap", "-o", str(tmp_path / "x"), "--host", "nobody")
    assert answer.status == 1
    assert "no host 'nobody'; there are a, b" in answer.err


def test_one_that_is_detached_goes_on_until_it_is_stopped(tap: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "frames.pcapng"
    begun = bachang("capture", "tap", "-o", str(file), "--detach", "--limit", "5")
    assert begun.status == 0, begun.err
    assert "begun capture-1" in begun.out
    assert tap.exec("a", ["ping", "-c", "2", "-i", "0.2", "10.9.0.12"]).status == 0
    assert "capture capture-1:" in bachang("ps", "tap").out
    stopped = bachang("capture", "tap", "--stop")
    assert stopped.status == 0, stopped.err
    assert "0 dropped" in stopped.err
    assert _senders(file) == {"a:eth0", "b:eth0"}
    assert "no detached capture runs" in bachang("capture", "tap", "--stop").out


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ((), "frames need a file"),
        (("--detach",), "frames need a file"),
        (("-o", "-", "--detach"), "writes to a file"),
        (("-o", "/run/bachang/output0/x", "--detach"), "root's copy"),
    ],
)
def test_wrong_usage_is_refused(tap: Sandbox, words: tuple[str, ...], refusal: str) -> None:
    done = bachang("capture", "tap", *words)
    assert (done.status, refusal in done.err) == (2, True), done.err

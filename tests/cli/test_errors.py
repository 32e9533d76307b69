"""Bad input: each gets its cause and its remedy, and the exit status that says who is at fault."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from bachang.cli import _machine
from bachang.fabric import doctor
from tests.cli.calling import within


@pytest.fixture(autouse=True)
def own_home(home: Path) -> None:
    """Nothing ever ran here."""


@pytest.fixture
def call():
    """Call the command in this process; gives status, output and errors in one line each."""

    def called(*words: str) -> tuple[int, str, str]:
        answer = within(*words)
        return answer.status, " ".join(answer.out.split()), " ".join(answer.err.split())

    return called


@pytest.mark.parametrize(
    "words",
    [
        ("ps", "nobody"),
        ("exec", "nobody", "desk", "id"),
        ("reset", "nobody"),
        ("points", "nobody"),
        ("pause", "nobody"),
        ("resume", "nobody"),
        ("advance", "nobody", "9"),
        ("hint", "nobody", "task"),
        ("submit", "nobody", "task", "x"),
        ("play", "nobody"),
        ("down", "nobody"),
    ],
    ids=lambda words: words[0],
)
def test_an_unknown_sandbox(call, monkeypatch, words) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    status, out, err = call(*words)
    assert (status, out) == (1, "")
    assert "no sandbox named nobody is running" in err
    assert "→ `bachang ps` lists what runs" in err


@pytest.mark.parametrize("command", ["score", "report", "tasks"])
def test_a_sandbox_that_never_ran(call, command) -> None:
    status, _, err = call(command, "nobody")
    assert status == 1
    assert "no sandbox named 'nobody' runs or ever ran here" in err


def test_a_broken_pack_is_told_place_by_place(call, tmp_path) -> None:
    (tmp_path / "scenario.yaml").write_text(
        "bachang: 1\nname: x\ntitle: X\nhosts:\n  a: {netwoks: {}}\n  b: {networks: [lan]}\n"
    )
    for command in ("up", "lint", "plan"):
        status, _, err = call(command, str(tmp_path))
        assert status == 1
        assert "scenario.yaml:5:7 hosts.a" in err
        assert "did you mean `networks`?" in err
        assert "problem" in err


def test_a_folder_that_is_no_pack(call, tmp_path) -> None:
    status, _, err = call("up", str(tmp_path))
    assert status == 1
    assert "scenario.yaml" in err
    assert call("up", str(tmp_path / "none"))[0] == 2


def test_a_file_that_this_account_may_not_read(call, tmp_path) -> None:
    (tmp_path / "scenario.yaml").write_text("bachang: 1\nname: x\ntitle: X\n")
    (tmp_path / "scenario.yaml").chmod(0)
    status, _, err = call("up", str(tmp_path))
    assert status == 1
    assert "scenario.yaml:1:1 cannot be read: Permission denied → let this account read it" in err


@pytest.mark.parametrize(
    ("place", "said", "remedy"),
    [
        ("file", "Not a directory", "name a folder that exists"),
        ("closed", "Permission denied", "let this account use it"),
    ],
)
def test_where_nothing_can_be_kept(call, monkeypatch, tmp_path, place, said, remedy) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "closed").mkdir(mode=0o500)
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "scenario.yaml").write_text("bachang: 1\nname: x\ntitle: X\n")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / place / "below"))
    status, _, err = call("up", str(pack))
    assert status == 1
    assert f"{tmp_path}/{place}" in err
    assert said in err
    assert remedy in err
    assert "Errno" not in err


def test_a_full_disk_is_said(call, monkeypatch, tmp_path) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/some/where")

    monkeypatch.setattr(_machine, "probe", full)
    status, _, err = call("doctor")
    assert status == 1
    assert "error: /some/where: No space left on device → make room there: `df -h`" in err


def test_wrong_usage(call) -> None:
    assert call("down")[0] == 2
    assert call("down", "a", "--all")[0] == 2
    assert call("nosuch")[0] == 2
    assert call("score", "x", "--language", "fr")[0] == 2
    assert call("exec", "x")[0] == 2
    assert "a shell needs a terminal" in call("shell", "x", "desk")[2]


def test_a_name_that_cannot_be(call, tmp_path) -> None:
    (tmp_path / "scenario.yaml").write_text("bachang: 1\nname: x\ntitle: X\n")
    status, _, err = call("up", str(tmp_path), "--name", "Not this")
    assert status == 1
    assert "1 to 40 small letters, digits and dashes" in err


def test_nothing_runs(call) -> None:
    assert call("ps")[:2] == (0, "no sandbox runs; `bachang up PACK` starts one")
    assert call("ps", "--json")[:2] == (0, "[]")
    assert call("down", "--all")[:2] == (0, "no sandbox runs")


def test_a_fault_of_ours_says_so(call, monkeypatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(_machine, "probe", broken)
    status, _, err = call("doctor")
    assert status == 70
    assert "ZeroDivisionError" in err
    assert "error in Bachang itself: please report the lines above" in err


def test_the_doctor_says_what_is_missing(call, monkeypatch) -> None:
    gone = doctor.Outcome(present=False, detail="Operation not permitted")
    findings = doctor.probe({"user-namespaces": lambda: gone})
    monkeypatch.setattr(_machine, "probe", lambda: findings)
    status, out, _ = call("doctor")
    assert status == 3
    assert "✗ Namespaces for ordinary users Operation not permitted cost: No sandbox" in out
    assert "no sandbox can live here yet" in out
    assert "本机还不能运行沙箱" in call("doctor", "-l", "zh")[1]


def test_nobody_reads_on(call, monkeypatch) -> None:
    def closed(*_: object) -> None:
        raise BrokenPipeError

    kept = []
    with monkeypatch.context() as patch:
        patch.setattr("bachang.cli._main.os.dup2", lambda *ends: kept.append(ends))
        patch.setattr("bachang.cli._main.os.open", lambda *_: 1)
        patch.setattr("bachang.cli._sandbox.say", closed)
        assert call("ps")[0] == 141

"""Set-up: what it would do, without doing it."""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path

import pytest

from bachang.account import ACCOUNT
from setup import _machine
from setup._commands import RootStep

ROOT = Path(__file__).resolve().parents[2]


def test_set_up_and_command_mean_the_same_account():
    assert _machine.ACCOUNT == ACCOUNT


@pytest.mark.parametrize(
    ("lines", "enough"),
    [
        (["ana:100000:65536"], True),
        (["ana:100000:1000"], False),
        (["ana:100000:1000", "ana:200000:65536"], True),
        (["hana:100000:65536"], False),
        (["", "# a comment"], False),
    ],
)
def test_has_ids(lines, enough):
    assert _machine.has_ids("ana", lines) is enough


@pytest.mark.parametrize(
    ("lines", "first"),
    [
        ([], 100_000),
        (["ana:100000:65536"], 165_536),
        (["ana:100000:65536", "ben:500000:65536"], 565_536),
        (["low:1000:10"], 100_000),
    ],
)
def test_first_free_id(lines, first):
    assert _machine.first_free_id(lines) == first


def test_a_machine_that_is_set_up_needs_nothing():
    assert _machine.package_steps([*_machine.RUN_PACKAGES], "packages") == []
    assert _machine.account_steps(_machine.account_name()) == []


def test_an_unknown_account_is_made_and_gets_ids(monkeypatch):
    monkeypatch.setattr(_machine, "_lines", lambda _path: ["ana:100000:65536"])
    make, give = _machine.account_steps("nobody-of-that-name")
    assert make.argv[:2] == ("useradd", "--system")
    assert "165536-231071" in give.argv


def test_a_missing_package_is_installed_without_questions():
    _update, install = _machine.package_steps(["no-such-package-as-this"], "packages")
    assert install.argv[:4] == ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install")
    assert install.argv[-1] == "no-such-package-as-this"


def test_a_step_shows_all_that_it_does():
    step = RootStep(why="", argv=("tee", "/etc/a b"), stdin="one\ntwo\n")
    assert str(step) == "tee '/etc/a b'\n      | one\n      | two"


def test_the_profile_names_the_clone_and_the_neutral_place():
    text = _machine.profile(Path("/home/ana/my range"))
    assert '"{/home/ana/my range,/run/bachang/installation}/.venv/bin/python3*"' in text
    assert "userns," in text


def test_locks_pin_every_library_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"].values()
    wanted = [*project["project"]["dependencies"], *itertools.chain(*groups)]
    # An entry that is no text includes another group, which is looked at itself.
    libraries = [one for one in wanted if isinstance(one, str)]
    names = {re.split(r"[^\w.-]", one)[0].lower().replace(".", "-") for one in libraries}
    assert names - pinned("requirements-dev.lock") == set()
    assert pinned("requirements.lock") <= pinned("requirements-dev.lock")


def pinned(lock: str) -> set[str]:
    """Names in a lock, each of which must have an exact version and hashes."""
    text = (ROOT / lock).read_text()
    entries = re.findall(
        r"^([\w.-]+)(?:\[\w+\])?==[\w.]+(.*(?:\n    --hash=.*)+)", text, re.MULTILINE
    )
    assert len(entries) == len(re.findall(r"^\w", text, re.MULTILINE))
    return {name for name, _ in entries}

"""Root becomes an ordinary account: tried in a user namespace, whose root is real enough.

The installation is a small one, made for the test in a folder that only its root may enter.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import bachang

PROGRAM = """\
import json, os, sys
from bachang.account import leave_root

leave_root()
seen = {
    "uids": os.getresuid(),
    "groups": os.getgroups(),
    "directory": os.getcwd(),
    "environment": dict(os.environ),
    "arguments": sys.argv[1:],
    "prefix": sys.prefix,
    "package": os.path.dirname(__import__("bachang").__file__),
    "writable": os.access(os.path.dirname(__file__), os.W_OK),
}
for option, path in zip(sys.argv, sys.argv[1:]):
    if option == "--html":
        open(path, "w").write("a report")
print(json.dumps(seen))
sys.exit(int(os.environ.get("BACHANG_STATUS", "0")))
"""


@pytest.fixture
def installation(short_path: Path) -> Path:
    """A clone with an environment of its own, in a folder of mode 0700."""
    clone = short_path / "private" / "clone"
    package = clone / "src" / "bachang"
    source = Path(bachang.__file__).parent
    shutil.copytree(source / "account", package / "account")
    shutil.copy(source / "__init__.py", package)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", clone / ".venv"], check=True)
    packages = next(clone.glob(".venv/lib/python3*/site-packages"))
    (packages / "bachang.pth").write_text("../../../../src\n")
    (clone / "program.py").write_text(PROGRAM)
    for folder in (short_path / "private", clone):
        folder.chmod(0o700)
    return clone


def run_as_root(
    clone: Path, *arguments: str, directory: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the program as root of a user namespace with 65,536 ids."""
    script = 'mount -t tmpfs none /run && exec "$@"'
    namespaces = ["unshare", "--user", "--map-root-user", "--map-auto", "--mount"]
    program = [str(clone / ".venv" / "bin" / "python3"), str(clone / "program.py"), *arguments]
    name = pwd.getpwuid(os.getuid()).pw_name
    return subprocess.run(
        [*namespaces, "sh", "-c", script, "sh", *program],
        cwd=directory or clone,
        env=os.environ | {"SUDO_USER": name} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def seen_by(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_nothing_of_root_is_left(installation):
    seen = seen_by(run_as_root(installation, OTHER="x", LC_TIME="C", XDG_STATE_HOME="/root"))
    account = pwd.getpwuid(os.getuid())
    assert seen["uids"] == [account.pw_uid] * 3
    assert 0 not in seen["groups"]
    environment = seen["environment"]
    assert environment["HOME"] == account.pw_dir
    assert environment["LC_TIME"] == "C"
    assert not {"OTHER", "XDG_STATE_HOME", "SUDO_USER"} & set(environment)


def test_everything_comes_from_the_neutral_place(installation):
    seen = seen_by(run_as_root(installation))
    place = "/run/bachang/installation"
    assert seen["directory"] == place
    assert seen["prefix"] == f"{place}/.venv"
    assert seen["package"] == f"{place}/src/bachang"
    assert seen["writable"] is False


def test_paths_in_the_installation_follow_it(installation):
    (installation / "packs").mkdir()
    seen = seen_by(run_as_root(installation, "packs", f"{installation}/packs", "blackout"))
    assert seen["arguments"] == ["packs", "/run/bachang/installation/packs", "blackout"]


def test_a_pack_elsewhere_is_shown_to_the_account(installation):
    pack = installation.parent / "mine"
    pack.mkdir()
    (pack / "scenario.yaml").touch()
    seen = seen_by(run_as_root(installation, "lint", "../mine"))
    assert seen["arguments"][1].startswith("/run/bachang/given")
    assert seen["arguments"][1].endswith("/mine")


def test_a_pack_that_the_account_can_reach_keeps_its_path(installation, tmp_path):
    pack = installation.parent.parent / "public"
    pack.mkdir()
    (pack / "scenario.yaml").touch()
    installation.parent.parent.chmod(0o755)
    seen = seen_by(run_as_root(installation, "lint", str(pack)))
    assert seen["arguments"] == ["lint", str(pack)]


def test_words_for_a_host_stay_as_they_are(installation):
    words = ["exec", "hall", "desk", "cat", f"{installation}/src", "--svg", "page"]
    done = run_as_root(installation, *words)
    assert seen_by(done)["arguments"] == words


@pytest.mark.parametrize("form", [["--html", "report.html"], ["--html=report.html"]])
def test_a_file_to_write_arrives_where_root_wants_it(installation, form):
    done = run_as_root(installation, "verify", *form, directory=installation.parent)
    if form == ["--html", "report.html"]:
        assert (installation.parent / "report.html").read_text() == "a report"
    draft = seen_by(done)["arguments"][-1]
    assert draft.endswith("/report.html")
    assert draft.removeprefix("--html=").startswith("/run/bachang/output0/")


def test_the_exit_status_passes_through_the_waiting_root(installation):
    done = run_as_root(installation, "--html", "report.html", BACHANG_STATUS="7")
    assert done.returncode == 7


def test_a_link_in_place_of_the_file_is_not_followed(installation):
    program = (installation / "program.py").read_text()
    trick = 'os.symlink("/etc/hostname", path); 0 and open(path, "w").write("a report")'
    (installation / "program.py").write_text(
        program.replace('open(path, "w").write("a report")', trick)
    )
    run_as_root(installation, "--html", "report.html")
    assert not (installation / "report.html").exists()


def test_without_the_account_it_says_what_to_do(installation):
    done = run_as_root(installation, SUDO_USER="nobody-of-that-name")
    assert done.returncode == 3
    assert "make setup" in done.stderr


def test_files_closed_to_the_account_are_named(installation):
    for path in (installation / "src").rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    done = run_as_root(installation)
    assert done.returncode == 3
    assert f"chmod -R go+rX {installation}" in done.stderr

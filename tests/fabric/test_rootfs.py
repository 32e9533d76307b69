"""What all hosts have alike is handed out once; what a host gives in its place is its own."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from bachang.fabric import LocalFabric
from bachang.fabric._fork_server import agents
from bachang.fabric._rootfs import RootFiles
from bachang.plan import File, Host, World
from tests.fabric.worlds import host, world


def _shared(given: World) -> bytes:
    return RootFiles(given, single_id=False).shared


def _with(name: str, number: int, path: str, content: bytes, mode: int = 0o644) -> Host:
    return host(name, number, files=(File(path=path, content=content, mode=mode),))


def test_an_own_file_takes_the_place_of_the_shared_one(home: Path):
    odd = _with("odd", 1, "/etc/profile", b"# my own\n", 0o600)
    sandbox = LocalFabric().deploy(world(odd, host("even", 2)), name="alike")
    with contextlib.ExitStack() as ending:
        ending.callback(sandbox.destroy)
        look = ["sh", "-c", "cat /etc/profile; stat -c '%a %U' /etc/profile; cat /etc/hosts"]
        own = sandbox.exec("odd", look, user="root").stdout.decode()
        plain = sandbox.exec("even", look, user="root").stdout.decode()
        assert own.startswith("# my own\n600 root\n")
        assert "PATH=/usr/local/sbin" in plain
        assert "644 root" in plain
        for seen in (own, plain):
            assert "\todd\n" in seen
            assert "\teven\n" in seen
        sandbox.exec("odd", ["sh", "-c", "echo mine > /etc/hosts"], user="root")
        assert b"mine" not in sandbox.exec("even", ["cat", "/etc/hosts"], user="root").stdout


def test_whoever_keeps_new_files_private_gets_hosts_for_all_the_same(home: Path):
    agents.end()  # it began with another mask
    before = os.umask(0o077)
    try:
        sandbox = LocalFabric().deploy(world(host("a", 1)), name="private")
    finally:
        os.umask(before)
        agents.end()
    with contextlib.ExitStack() as ending:
        ending.callback(sandbox.destroy)
        look = "cat /etc/services /etc/pam.d/* >/dev/null && stat -Lc %a / /dev /etc/pam.d"
        seen = sandbox.exec("a", ["sh", "-c", look], user="nobody", working_directory="/")
        assert (seen.status, seen.stdout.split()) == (0, [b"755"] * 3)


def test_no_name_is_shared_once_a_host_is_given_other_names():
    assert b"even" in _shared(world(host("odd", 1), host("even", 2)))
    own = _with("odd", 1, "/etc/hosts", b"127.0.0.1 localhost\n")
    assert b"even" not in _shared(world(own, host("even", 2)))


def test_no_content_of_a_host_is_shared():
    assert b"flag{" not in _shared(world(_with("odd", 1, "/root/flag", b"flag{it}")))

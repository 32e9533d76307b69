"""Password hashes that the machine's own crypt(3) understands."""

from __future__ import annotations

import subprocess

from bachang.plan._passwords import password_hash
from bachang.scenario import Seed


def test_openssl_makes_the_same_hash():
    made = password_hash(Seed("1", "test"), "desk", "trainee", "correct horse 马")
    salt = made.split("$")[2]
    command = ["openssl", "passwd", "-6", "-salt", salt, "-stdin"]
    done = subprocess.run(
        command, input="correct horse 马\n".encode(), capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == made


def test_each_account_has_its_own_salt():
    seed = Seed("1", "test")
    hashes = {password_hash(seed, host, user, "x") for host in "ab" for user in "cd"}
    assert len(hashes) == 4

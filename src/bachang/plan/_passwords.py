"""Password hashes for /etc/shadow: SHA-512 crypt with a salt from the seed."""

from __future__ import annotations

from passlib.hash import sha512_crypt  # type: ignore[import-untyped]

from bachang.scenario import Seed

_SALT = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def password_hash(seed: Seed, host: str, user: str, password: str) -> str:
    """The ``$6$`` hash (Drepper, Unix crypt using SHA-256 and SHA-512; 5000 rounds)."""
    salt = seed.text_of(_SALT, 16, f"salt:{host}:{user}")
    return str(sha512_crypt.using(salt=salt, rounds=5000).hash(password))

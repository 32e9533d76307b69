"""Passwords as argon2id hashes."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from bachang.portal._outside import Outside


class Passwords:
    """Makes and checks hashes. A wrong name costs as much time as a wrong password.

    Args:
        memory_mib: Memory that one computation takes.
        outside: Randomness.
    """

    def __init__(self, memory_mib: int, outside: Outside) -> None:
        self._hasher = PasswordHasher(memory_cost=memory_mib << 10)
        self._nobody = self._hasher.hash(outside.token())

    def hash(self, password: str) -> str:
        """The argon2id hash of a password."""
        return self._hasher.hash(password)

    def match(self, hashed: str | None, password: str) -> bool:
        """Whether a hash is of a password; ``None``, after as much work, is of none."""
        try:
            return self._hasher.verify(hashed or self._nobody, password) and bool(hashed)
        except (Argon2Error, InvalidHashError):
            return False

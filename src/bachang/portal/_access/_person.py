"""Who asks, and what a person can be to an object."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bachang.portal.models import Role


class Relation(enum.StrEnum):
    """What a person can be to an object."""

    SELF = "self"
    """It is the person's own account."""
    OWNER = "owner"
    """The person made it."""
    MEMBER = "member"
    """The person is in the group or has a run in the exercise."""
    LEARNER = "learner"
    """It is the person's run, or the drill of a group that the person is in."""
    TEACHER = "teacher"
    """The run is in an exercise that the person owns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks."""

    id: str = ""
    """Empty: nobody has signed in."""
    name: str = ""
    display_name: str = ""
    roles: frozenset[Role] = frozenset()

    @property
    def known(self) -> bool:
        """Whether somebody has signed in."""
        return bool(self.id)


NOBODY = Person()

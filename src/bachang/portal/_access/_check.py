"""The decision, and those that need more than a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bachang.portal._access._person import Person, Relation
from bachang.portal._access._rule import TEACHERS
from bachang.portal._access._rules import RULES, TOPICS
from bachang.portal._problem import ProblemError, forbidden
from bachang.portal.models import Kind, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The decision, with the ways to find out relations to objects.

    Args:
        relations: For each kind of object, a function of person and id; it raises
            `ProblemError` 404 where there is no such object.
    """

    relations: Mapping[str, Callable[[Person, str], frozenset[Relation]]] = field(
        default_factory=dict
    )

    def check(self, route: str, person: Person, parameters: Mapping[str, str]) -> None:
        """Let a request through or refuse it.

        Args:
            route: Method and path template, a key of `RULES`.
            person: Who asks.
            parameters: The path's parameters.

        Raises:
            ProblemError: 401 for nobody, 403 for the wrong person, 404 for no object.
        """
        rule = RULES[route]
        if rule.everybody:
            return
        if not person.known:
            raise ProblemError(401, "signed-out", "nobody has signed in", "sign in first")
        if not person.roles & rule.gate:
            needed = ", ".join(sorted(rule.gate))
            raise forbidden(f"this needs one of the roles {needed}")
        if rule.of is None:
            return
        relations = self.relations[rule.of](person, parameters[rule.of])
        if not rule.allows(person, relations):
            raise forbidden(f"this {rule.of} is not yours")

    def check_topic(self, topic: str, person: Person) -> None:
        """The same for a live topic, ``kind:id`` or ``machine``."""
        kind, _, identity = topic.partition(":")
        if kind not in TOPICS:
            known = ", ".join(TOPICS)
            raise ProblemError(404, "not-found", f"no topic {kind!r}", f"topics are {known}")
        parameters = {"run": identity, "exercise": identity, "pack": identity}
        self.check(TOPICS[kind], person, parameters)


def may_start(person: Person, kind: Kind, *, proven: bool, own_pack: bool, own_group: bool) -> None:
    """Whether a person may start such an exercise.

    Raises:
        ProblemError: 403 with the reason.
    """
    if kind is not Kind.TRAINING and not person.roles & TEACHERS:
        raise forbidden(f"a {kind} needs the role instructor or organiser", "start a training")
    if kind is not Kind.TRAINING and not own_group and Role.ORGANISER not in person.roles:
        raise forbidden("this group is not yours", "make a group, or ask an organiser")
    if proven or Role.ORGANISER in person.roles or Role.OPERATOR in person.roles:
        return
    if not (own_pack and Role.AUTHOR in person.roles):
        raise forbidden(
            "this pack is not verified, and you may only run packs that are",
            "ask its author to run `bachang verify`, or ask an organiser",
        )


def may_grant(person: Person, roles: frozenset[Role]) -> None:
    """Whether a person may invite people to such roles.

    Raises:
        ProblemError: 403 with the reason.
    """
    if Role.ADMINISTRATOR not in person.roles and not roles <= {Role.TRAINEE, Role.VISITOR}:
        raise forbidden("only administrators invite people to other roles than trainee and visitor")

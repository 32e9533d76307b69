"""Who may do what to whose objects: the one place where it is decided.

Every route has a rule. A rule names the roles that may use the route on any object, and the
relations to the object that suffice without such a role. Some routes ask for a role in any
case (``gate``). A route without a rule does not start.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bachang.portal._problem import ProblemError, forbidden
from bachang.portal.models import Kind, Role


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may use a route."""

    everybody: bool = False
    """Also who has not signed in."""
    gate: frozenset[Role] = frozenset(Role)
    """Without one of these nothing helps."""
    any: frozenset[Role] = frozenset()
    """With one of these the object may be anybody's."""
    relations: frozenset[Relation] = frozenset()
    """One of these suffices."""
    of: str | None = None
    """Kind of the object, which is a parameter of the path; ``None``: the route has none."""

    def allows(self, person: Person, relations: frozenset[Relation]) -> bool:
        """Whether a person with these relations to the object may use the route."""
        if self.everybody:
            return True
        if not person.known or not person.roles & self.gate:
            return False
        return self.of is None or bool(person.roles & self.any or relations & self.relations)


_TEACHERS = frozenset({Role.INSTRUCTOR, Role.ORGANISER})
_PEOPLE = frozenset({Role.INSTRUCTOR, Role.ORGANISER, Role.ADMINISTRATOR})
_OVERSEERS = frozenset({Role.ORGANISER, Role.OPERATOR})
_NOT_VISITORS = frozenset(Role) - {Role.VISITOR}

_AUTHORS = frozenset({Role.AUTHOR, Role.ORGANISER})

_EVERYBODY = Rule(everybody=True)
_SIGNED_IN = Rule()


def _only(*roles: Role) -> Rule:
    return Rule(gate=frozenset(roles))


def _account(*, any_: frozenset[Role]) -> Rule:
    return Rule(of="account", any=any_, relations=frozenset({Relation.SELF}))


def _group(*relations: Relation) -> Rule:
    any_ = frozenset({Role.ORGANISER, Role.ADMINISTRATOR})
    return Rule(of="group", any=any_, relations=frozenset(relations))


def _draft() -> Rule:
    """Writing a pack: by authors, the own ones."""
    return Rule(
        of="pack",
        gate=_AUTHORS,
        any=frozenset({Role.ORGANISER}),
        relations=frozenset({Relation.OWNER}),
    )


def _steer() -> Rule:
    """Exercise control: by whoever teaches, in the own exercise."""
    return Rule(
        of="exercise",
        gate=_TEACHERS,
        any=frozenset({Role.ORGANISER}),
        relations=frozenset({Relation.OWNER}),
    )


def _run(*relations: Relation, any_: frozenset[Role] = frozenset({Role.ORGANISER})) -> Rule:
    return Rule(of="run", gate=_NOT_VISITORS, any=any_, relations=frozenset(relations))


_BOTH = (Relation.LEARNER, Relation.TEACHER)

RULES: Mapping[str, Rule] = {
    "GET /api/session": _EVERYBODY,
    "POST /api/session": _EVERYBODY,
    "DELETE /api/session": _EVERYBODY,
    "POST /api/session/token": _EVERYBODY,
    "GET /api/session/oidc": _EVERYBODY,
    "GET /api/session/oidc/callback": _EVERYBODY,
    "GET /api/accounts": _only(*_PEOPLE),
    "POST /api/accounts": _only(Role.ADMINISTRATOR),
    "GET /api/accounts/{account}": _account(any_=_PEOPLE),
    "PATCH /api/accounts/{account}": _account(any_=frozenset({Role.ADMINISTRATOR})),
    "GET /api/accounts/{account}/sessions": _account(any_=frozenset({Role.ADMINISTRATOR})),
    "DELETE /api/accounts/{account}/sessions": _account(any_=frozenset({Role.ADMINISTRATOR})),
    "GET /api/groups": _SIGNED_IN,
    "POST /api/groups": _only(*_PEOPLE),
    "GET /api/groups/{group}": _group(Relation.OWNER, Relation.MEMBER),
    "DELETE /api/groups/{group}": _group(Relation.OWNER),
    "GET /api/groups/{group}/members": _group(Relation.OWNER),
    "PUT /api/groups/{group}/members/{account}": _group(Relation.OWNER),
    "DELETE /api/groups/{group}/members/{account}": _group(Relation.OWNER),
    "GET /api/invitations": _only(*_PEOPLE),
    "POST /api/invitations": _only(*_PEOPLE),
    "DELETE /api/invitations/{invitation}": Rule(
        of="invitation",
        any=frozenset({Role.ADMINISTRATOR}),
        relations=frozenset({Relation.OWNER}),
    ),
    "POST /api/invitations/accept": _EVERYBODY,
    "GET /api/audit": _only(Role.ADMINISTRATOR),
    "GET /api/audit/check": _only(Role.ADMINISTRATOR),
    "GET /api/packs": _SIGNED_IN,
    "GET /api/packs/{pack}": _SIGNED_IN,
    "GET /api/packs/{pack}/topology": _SIGNED_IN,
    "GET /api/packs/{pack}/picture": _SIGNED_IN,
    "POST /api/packs": _only(*_AUTHORS),
    "PUT /api/packs/{pack}": _draft(),
    "GET /api/packs/{pack}/files": _draft(),
    "GET /api/packs/{pack}/file": _draft(),
    "PUT /api/packs/{pack}/file": _draft(),
    "DELETE /api/packs/{pack}/file": _draft(),
    "POST /api/packs/{pack}/lint": _draft(),
    "GET /api/packs/{pack}/verification": _draft(),
    "POST /api/packs/{pack}/verification": _draft(),
    "DELETE /api/packs/{pack}/verification": _draft(),
    "GET /api/schema": _SIGNED_IN,
    "DELETE /api/packs/{pack}": Rule(
        of="pack", any=frozenset({Role.ORGANISER}), relations=frozenset({Relation.OWNER})
    ),
    "GET /api/exercises": _SIGNED_IN,
    "POST /api/exercises": _only(*_NOT_VISITORS),
    "GET /api/exercises/capacity": _SIGNED_IN,
    "GET /api/exercises/{exercise}": Rule(
        of="exercise", any=_OVERSEERS, relations=frozenset({Relation.OWNER})
    ),
    "POST /api/exercises/{exercise}/end": Rule(
        of="exercise", any=_OVERSEERS, relations=frozenset({Relation.OWNER})
    ),
    "POST /api/exercises/{exercise}/broadcast": _steer(),
    "POST /api/exercises/{exercise}/inject": _steer(),
    "POST /api/exercises/{exercise}/extend": _steer(),
    "POST /api/exercises/{exercise}/freeze": _steer(),
    "POST /api/exercises/{exercise}/advance": _steer(),
    "GET /api/exercises/{exercise}/board": Rule(
        of="exercise",
        any=_OVERSEERS | {Role.VISITOR},
        relations=frozenset({Relation.OWNER, Relation.MEMBER}),
    ),
    "GET /api/runs": _SIGNED_IN,
    "GET /api/runs/{run}": _run(*_BOTH, any_=_OVERSEERS),
    "POST /api/runs/{run}/answers": _run(Relation.LEARNER, any_=frozenset()),
    "POST /api/runs/{run}/hints": _run(Relation.LEARNER, any_=frozenset()),
    "POST /api/runs/{run}/reset": _run(*_BOTH),
    "POST /api/runs/{run}/pause": _run(*_BOTH),
    "POST /api/runs/{run}/resume": _run(*_BOTH),
    "POST /api/runs/{run}/story": _run(*_BOTH),
    "POST /api/runs/{run}/end": _run(Relation.TEACHER, any_=_OVERSEERS),
    "GET /api/runs/{run}/points": _run(*_BOTH, any_=_OVERSEERS),
    "GET /api/runs/{run}/events": _run(*_BOTH, any_=_OVERSEERS),
    "GET /api/runs/{run}/topology": _run(*_BOTH, any_=_OVERSEERS),
    "POST /api/runs/{run}/screens": _run(*_BOTH),
    "GET /api/runs/{run}/terminals": _run(*_BOTH),
    "POST /api/runs/{run}/terminals": _run(*_BOTH),
    "GET /api/runs/{run}/terminals/{session}/recording": _run(*_BOTH),
    "DELETE /api/runs/{run}/terminals/{session}": _run(*_BOTH),
    "WS /api/runs/{run}/terminals/{session}": _run(*_BOTH),
    "GET /api/machine": _only(Role.OPERATOR, Role.ADMINISTRATOR, Role.INSTRUCTOR, Role.ORGANISER),
    "POST /api/machine/cleanup": _only(Role.OPERATOR),
    "WS /api/live": _EVERYBODY,
}
"""Each route and its rule. The topics of ``/api/live`` have the rules of `TOPICS`."""

TOPICS: Mapping[str, str] = {
    "run": "GET /api/runs/{run}",
    "exercise": "GET /api/exercises/{exercise}",
    "board": "GET /api/exercises/{exercise}/board",
    "pack": "GET /api/packs/{pack}/verification",
    "machine": "GET /api/machine",
}
"""Kind of a live topic to the route whose rule it has."""


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
    if kind is not Kind.TRAINING and not person.roles & _TEACHERS:
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

"""What a rule is, and the kinds of rules that recur."""

from __future__ import annotations

from dataclasses import dataclass

from bachang.portal._access._person import Person, Relation
from bachang.portal.models import Role

ORGANISER = frozenset({Role.ORGANISER})
TEACHERS = frozenset({Role.INSTRUCTOR, Role.ORGANISER})
PEOPLE = frozenset({Role.INSTRUCTOR, Role.ORGANISER, Role.ADMINISTRATOR})
OVERSEERS = frozenset({Role.ORGANISER, Role.OPERATOR})
AUTHORS = frozenset({Role.AUTHOR, Role.ORGANISER})
NOT_VISITORS = frozenset(Role) - {Role.VISITOR}


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


def only(*roles: Role) -> Rule:
    """By these roles, without an object."""
    return Rule(gate=frozenset(roles))


def account(*, any_: frozenset[Role]) -> Rule:
    """The own account, or anybody's by some roles."""
    return Rule(of="account", any=any_, relations=frozenset({Relation.SELF}))


def group(*relations: Relation) -> Rule:
    """A group: by who has a relation to it, organisers and administrators."""
    any_ = frozenset({Role.ORGANISER, Role.ADMINISTRATOR})
    return Rule(of="group", any=any_, relations=frozenset(relations))


def draft() -> Rule:
    """Writing a pack: by authors, the own ones."""
    return Rule(of="pack", gate=AUTHORS, any=ORGANISER, relations=frozenset({Relation.OWNER}))


def own(of: str, *, any_: frozenset[Role], also: frozenset[Relation] = frozenset()) -> Rule:
    """An object of one's own, or anybody's by some roles."""
    return Rule(of=of, any=any_, relations=also | {Relation.OWNER})


def steer() -> Rule:
    """Exercise control: by whoever teaches, in the own exercise."""
    return Rule(of="exercise", gate=TEACHERS, any=ORGANISER, relations=frozenset({Relation.OWNER}))


def run(*relations: Relation, any_: frozenset[Role] = ORGANISER) -> Rule:
    """A run: by who has a relation to it; never by visitors."""
    return Rule(of="run", gate=NOT_VISITORS, any=any_, relations=frozenset(relations))

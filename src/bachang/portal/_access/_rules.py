"""The rule of each route and of each live topic."""

from __future__ import annotations

from collections.abc import Mapping

from bachang.portal._access import _rule as rule
from bachang.portal._access._person import Relation
from bachang.portal._access._rule import NOT_VISITORS, OVERSEERS, PEOPLE, Rule
from bachang.portal.models import Role

_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_EVERYBODY = Rule(everybody=True)
_SIGNED_IN = Rule()
_BOTH = (Relation.LEARNER, Relation.TEACHER)

RULES: Mapping[str, Rule] = {
    "GET /api/session": _EVERYBODY,
    "POST /api/session": _EVERYBODY,
    "DELETE /api/session": _EVERYBODY,
    "POST /api/session/token": _EVERYBODY,
    "GET /api/session/oidc": _EVERYBODY,
    "GET /api/session/oidc/callback": _EVERYBODY,
    "GET /api/accounts": rule.only(*PEOPLE),
    "POST /api/accounts": rule.only(Role.ADMINISTRATOR),
    "GET /api/accounts/{account}": rule.account(any_=PEOPLE),
    "PATCH /api/accounts/{account}": rule.account(any_=_ADMINISTRATOR),
    "GET /api/accounts/{account}/sessions": rule.account(any_=_ADMINISTRATOR),
    "DELETE /api/accounts/{account}/sessions": rule.account(any_=_ADMINISTRATOR),
    "GET /api/groups": _SIGNED_IN,
    "POST /api/groups": rule.only(*PEOPLE),
    "GET /api/groups/{group}": rule.group(Relation.OWNER, Relation.MEMBER),
    "DELETE /api/groups/{group}": rule.group(Relation.OWNER),
    "GET /api/groups/{group}/members": rule.group(Relation.OWNER),
    "PUT /api/groups/{group}/members/{account}": rule.group(Relation.OWNER),
    "DELETE /api/groups/{group}/members/{account}": rule.group(Relation.OWNER),
    "GET /api/invitations": rule.only(*PEOPLE),
    "POST /api/invitations": rule.only(*PEOPLE),
    "DELETE /api/invitations/{invitation}": rule.own(
        "invitation", any_=frozenset({Role.ADMINISTRATOR})
    ),
    "POST /api/invitations/accept": _EVERYBODY,
    "GET /api/audit": rule.only(Role.ADMINISTRATOR),
    "GET /api/audit/check": rule.only(Role.ADMINISTRATOR),
    "GET /api/packs": _SIGNED_IN,
    "GET /api/packs/{pack}": _SIGNED_IN,
    "GET /api/packs/{pack}/topology": _SIGNED_IN,
    "GET /api/packs/{pack}/picture": _SIGNED_IN,
    "POST /api/packs": rule.only(*rule.AUTHORS),
    "PUT /api/packs/{pack}": rule.draft(),
    "GET /api/packs/{pack}/files": rule.draft(),
    "GET /api/packs/{pack}/file": rule.draft(),
    "PUT /api/packs/{pack}/file": rule.draft(),
    "DELETE /api/packs/{pack}/file": rule.draft(),
    "POST /api/packs/{pack}/lint": rule.draft(),
    "GET /api/packs/{pack}/verification": rule.draft(),
    "POST /api/packs/{pack}/verification": rule.draft(),
    "DELETE /api/packs/{pack}/verification": rule.draft(),
    "GET /api/schema": _SIGNED_IN,
    "DELETE /api/packs/{pack}": rule.own("pack", any_=rule.ORGANISER),
    "GET /api/exercises": _SIGNED_IN,
    "POST /api/exercises": rule.only(*NOT_VISITORS),
    "GET /api/exercises/capacity": _SIGNED_IN,
    "GET /api/exercises/{exercise}": rule.own("exercise", any_=OVERSEERS),
    "POST /api/exercises/{exercise}/end": rule.own("exercise", any_=OVERSEERS),
    "POST /api/exercises/{exercise}/broadcast": rule.steer(),
    "POST /api/exercises/{exercise}/inject": rule.steer(),
    "POST /api/exercises/{exercise}/extend": rule.steer(),
    "POST /api/exercises/{exercise}/freeze": rule.steer(),
    "POST /api/exercises/{exercise}/advance": rule.steer(),
    "GET /api/exercises/{exercise}/board": rule.own(
        "exercise", any_=OVERSEERS | {Role.VISITOR}, also=frozenset({Relation.MEMBER})
    ),
    "GET /api/runs": _SIGNED_IN,
    "GET /api/runs/{run}": rule.run(*_BOTH, any_=OVERSEERS),
    "POST /api/runs/{run}/answers": rule.run(Relation.LEARNER, any_=frozenset()),
    "POST /api/runs/{run}/hints": rule.run(Relation.LEARNER, any_=frozenset()),
    "POST /api/runs/{run}/reset": rule.run(*_BOTH),
    "POST /api/runs/{run}/pause": rule.run(*_BOTH),
    "POST /api/runs/{run}/resume": rule.run(*_BOTH),
    "POST /api/runs/{run}/story": rule.run(*_BOTH),
    "POST /api/runs/{run}/end": rule.run(Relation.TEACHER, any_=OVERSEERS),
    "GET /api/runs/{run}/points": rule.run(*_BOTH, any_=OVERSEERS),
    "GET /api/runs/{run}/events": rule.run(*_BOTH, any_=OVERSEERS),
    "GET /api/runs/{run}/topology": rule.run(*_BOTH, any_=OVERSEERS),
    "GET /api/runs/{run}/report.html": rule.run(*_BOTH, any_=OVERSEERS),
    "GET /api/runs/{run}/report.pdf": rule.run(*_BOTH, any_=OVERSEERS),
    "POST /api/runs/{run}/screens": rule.run(*_BOTH),
    "GET /api/runs/{run}/terminals": rule.run(*_BOTH),
    "POST /api/runs/{run}/terminals": rule.run(*_BOTH),
    "GET /api/runs/{run}/terminals/{session}/recording": rule.run(*_BOTH),
    "DELETE /api/runs/{run}/terminals/{session}": rule.run(*_BOTH),
    "WS /api/runs/{run}/terminals/{session}": rule.run(*_BOTH),
    "GET /api/machine": rule.only(
        Role.OPERATOR, Role.ADMINISTRATOR, Role.INSTRUCTOR, Role.ORGANISER
    ),
    "POST /api/machine/cleanup": rule.only(Role.OPERATOR),
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

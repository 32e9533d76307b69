"""Who may do what to whose objects: the one place where it is decided.

Every route has a rule (`RULES`). A rule names the roles that may use the route on any object,
and the relations to the object that suffice without such a role. Some routes ask for a role in
any case (``gate``). A route without a rule does not start.
"""

from bachang.portal._access._check import Access, may_grant, may_start
from bachang.portal._access._person import NOBODY, Person, Relation
from bachang.portal._access._rule import Rule
from bachang.portal._access._rules import RULES, TOPICS

__all__ = [
    "NOBODY",
    "RULES",
    "TOPICS",
    "Access",
    "Person",
    "Relation",
    "Rule",
    "may_grant",
    "may_start",
]

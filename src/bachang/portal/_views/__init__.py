"""Plans, events and states as documents: pure functions, and what a learner may see of them.

A plan holds every answer and a journal holds what happened behind the scenes, so everything
that leaves the portal is made here, field by field; nothing is passed on whole.
"""

from bachang.portal._views._doors import address_of, doors, screens
from bachang.portal._views._events import PUBLIC_KINDS, STATE_KINDS, run_event
from bachang.portal._views._points import points
from bachang.portal._views._tasks import injects, objective_titles, score, tasks
from bachang.portal._views._topology import host_states, topology

__all__ = [
    "PUBLIC_KINDS",
    "STATE_KINDS",
    "address_of",
    "doors",
    "host_states",
    "injects",
    "objective_titles",
    "points",
    "run_event",
    "score",
    "screens",
    "tasks",
    "topology",
]

"""Bachang (靶场), a cyber range: one YAML scenario becomes a living, isolated world.

Data flows one way: pack → Scenario → Plan → Sandbox → Journal → score, screens, reports.
Lower rooms know nothing of higher ones: ``scenario`` → ``plan`` → ``fabric``, ``twins``,
``services`` → ``exercise`` → ``engine`` → ``verify`` → ``cli``; ``journal`` is known to all
that record.
"""

__version__ = "0.1.0"

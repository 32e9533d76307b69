"""The routes of the API, one module for each resource."""

from bachang.portal.routes import (
    accounts,
    audit,
    authoring,
    exercises,
    live,
    machine,
    packs,
    reports,
    runs,
    session,
)

ROUTERS = (
    session.router,
    accounts.router,
    audit.router,
    packs.router,
    authoring.router,
    exercises.router,
    runs.router,
    reports.router,
    machine.router,
)

__all__ = ["ROUTERS", "live"]

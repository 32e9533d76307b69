"""Points as documents: what a value is and where its limits are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bachang.plan import Plan
from bachang.portal.models import PointInfo
from bachang.twins import TYPES, Point


def points(plan: Plan, values: Mapping[str, Any]) -> list[PointInfo]:
    """The points of a plan's field systems that have a value."""
    known = _point_table(plan)
    return [_point(name, value, known.get(name)) for name, value in values.items()]


def _point_table(plan: Plan) -> dict[str, Point]:
    return {
        f"{system.name}.{point.name}": point
        for system in plan.world.field_systems
        if system.type in TYPES
        for point in TYPES[system.type].points
    }


def _point(name: str, value: Any, known: Point | None) -> PointInfo:
    return PointInfo(
        name=name,
        system=name.partition(".")[0],
        unit=known.unit if known else "",
        title=known.title if known else {"en": name},
        value=value,
        low=known.low if known else None,
        high=known.high if known else None,
    )

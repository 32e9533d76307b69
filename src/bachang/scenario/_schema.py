"""The JSON Schema of the scenario file, for completion and checks in editors."""

from __future__ import annotations

from typing import Any

from bachang.scenario.models import Root


def schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of ``scenario.yaml``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Root.model_json_schema(mode="validation"),
        "title": "Bachang scenario",
    }

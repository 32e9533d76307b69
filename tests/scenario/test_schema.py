"""The JSON Schema that editors get: it takes what loading takes and refuses the rest."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from bachang.scenario import schema

DESCRIBED = re.compile(r"#/\$defs/(Words|Limits|Answer|Solution)'")
"""What such a key takes says enough itself."""
SMALL = Path(__file__).parents[1] / "plan" / "packs" / "small" / "scenario.yaml"


@pytest.fixture(scope="module")
def small():
    return YAML(typ="safe", pure=True).load(SMALL)


def test_it_is_a_schema_and_takes_a_good_file(small):
    assert jsonschema_rs.meta.is_valid(schema())
    jsonschema_rs.validate(schema(), small)


def test_it_knows_the_short_forms(small):
    assert isinstance(small["conditions"]["page-up"], str)
    assert small["hosts"]["server"]["networks"] == ["office"]
    properties = schema()["$defs"]["Host"]["properties"]
    assert "default route" in properties["gateway"]["description"]


def test_every_key_says_what_it_is():
    models = {"Root": schema(), **schema()["$defs"]}
    silent = [
        f"{model}.{key}"
        for model, told in models.items()
        for key, value in told.get("properties", {}).items()
        if "description" not in value and not DESCRIBED.search(str(value))
    ]
    assert silent == []


@pytest.mark.parametrize(
    "break_it",
    [
        lambda data: data.update(hots={}),
        lambda data: data["hosts"]["desk"].update(gatway="edge"),
        lambda data: data["tasks"]["read-page"].pop("points"),
        lambda data: data["actors"]["trainee"].update(role="bleu"),
        lambda data: data.update(bachang=2),
    ],
)
def test_it_refuses_what_loading_refuses(small, break_it):
    broken = copy.deepcopy(small)
    break_it(broken)
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(schema(), broken)

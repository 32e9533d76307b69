"""What an author writes: models, loading with positions, lint, JSON Schema."""

from bachang.scenario import models
from bachang.scenario._document import Document, Where
from bachang.scenario._expressions import condition_problems
from bachang.scenario._load import FILE_NAME, Scenario, load, variant
from bachang.scenario._pack import PackFiles, pack_stamp, read_pack
from bachang.scenario._problem import Problem, ScenarioError
from bachang.scenario._reading import did_you_mean
from bachang.scenario._schema import schema
from bachang.scenario._variables import Expansion, Seed

__all__ = [
    "FILE_NAME",
    "Document",
    "Expansion",
    "PackFiles",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Seed",
    "Where",
    "condition_problems",
    "did_you_mean",
    "load",
    "models",
    "pack_stamp",
    "read_pack",
    "schema",
    "variant",
]

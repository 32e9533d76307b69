"""Reading a pack: file → document → models, with every mistake at once."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bachang.scenario._document import MAX_BYTES, Document, parse
from bachang.scenario._pack import PackFiles, read_pack
from bachang.scenario._problem import Problem, ScenarioError
from bachang.scenario._reading import did_you_mean, validate
from bachang.scenario._variables import Expansion, Seed, expand
from bachang.scenario.models import Root, Variable

FILE_NAME = "scenario.yaml"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What an author wrote: the file, as models and with positions, and the pack's files."""

    pack: Path
    document: Document
    files: PackFiles
    raw: Root
    """As it stands for seed 0."""

    @property
    def name(self) -> str:
        """The scenario's own name."""
        return self.raw.name


def load(pack: Path | str, *, edits: Mapping[str, bytes] | None = None) -> Scenario:
    """Read a pack (a folder with ``scenario.yaml``, or that file).

    Args:
        pack: Where it is.
        edits: Files by path inside the pack that stand for those on the disk: what an editor
            holds and has not saved.

    Raises:
        ScenarioError: every mistake that needs no look at the whole; `resolve` finds the rest.
    """
    place, held = Path(pack), edits or {}
    top, file = (place, place / FILE_NAME) if place.is_dir() else (place.parent, place)
    edited = held.get(file.name)
    text = _text(top, file) if edited is None else edited.decode()
    document = parse(text, str(file))
    files = read_pack(top)
    files.content.update(held)
    raw = variant(document, Seed("0", str(document.data.get("name"))))[0]
    return Scenario(pack=top, document=document, files=files, raw=raw)


def variant(
    document: Document, seed: Seed, without: Collection[str] = ()
) -> tuple[Root, Expansion]:
    """The models for one seed, without some weaknesses, and the expansion for pack files.

    Raises:
        ScenarioError: with every mistake.
    """
    data = _without(document, without)
    values = _values(data, seed)
    expansion = Expansion(values, seed.flag)
    data, problems = expand(document, data, expansion)
    try:
        root = validate(data, document)
    except ScenarioError as error:
        raise ScenarioError([*problems, *error.problems]) from None
    if problems:
        raise ScenarioError(problems)
    return root, expansion


def _values(data: dict[str, Any], seed: Seed) -> dict[str, str]:
    """Values of all variables that are right; the models tell about the others."""
    variables = data.get("variables")
    values: dict[str, str] = {}
    for name, raw in variables.items() if isinstance(variables, dict) else ():
        try:
            values[name] = seed.variable(name, Variable.model_validate(raw))
        except ValueError:
            values[name] = ""
    return values


def _text(top: Path, file: Path) -> str:
    try:
        if not file.resolve(strict=True).is_relative_to(top.resolve()):
            message, remedy = "is a link out of the pack", "put the file itself into the pack"
        elif not file.is_file():
            message, remedy = "is not a file", f"a pack has a `{FILE_NAME}`"
        else:
            with file.open("rb") as stream:
                return stream.read(MAX_BYTES + 1).decode()
    except UnicodeDecodeError:
        message, remedy = "is not UTF-8", "save it as UTF-8"
    except PermissionError as error:
        message, remedy = f"cannot be read: {error.strerror}", "let this account read it"
    except OSError as error:
        message, remedy = f"cannot be read: {error.strerror}", f"a pack has a `{FILE_NAME}`"
    raise ScenarioError(
        [Problem(path=str(file), line=1, column=1, where="", message=message, remedy=remedy)]
    )


def _without(document: Document, names: Collection[str]) -> dict[str, Any]:
    """The data with the ``off`` patches of some weaknesses applied."""
    if not names:
        return document.data
    data = copy.deepcopy(document.data)
    weaknesses = document.data.get("weaknesses") or {}
    problems = []
    for name in sorted(names):
        if name not in weaknesses:
            remedy = did_you_mean(name, weaknesses)
            problems.append(document.problem(("weaknesses",), f"no weakness `{name}`", remedy))
            continue
        for path, value in (weaknesses[name].get("off") or {}).items():
            if not _patch(data, path, copy.deepcopy(value)):
                where = ("weaknesses", name, "off", path)
                remedy = "write the keys from the top of the file, joined by dots"
                problems.append(
                    document.problem(where, f"no such place `{path}`", remedy, key=True)
                )
    if problems:
        raise ScenarioError(problems)
    return data


def _patch(data: Any, path: str, value: Any) -> bool:
    """Put a value at a dotted path (``null`` removes the key); false if there is no such place.

    Keys may hold dots themselves (files), so the longest key that fits is followed.
    """
    if isinstance(data, list):
        index, _, rest = path.partition(".")
        if not index.isdigit() or int(index) >= len(data):
            return False
        if rest:
            return _patch(data[int(index)], rest, value)
        data[int(index)] = value
        return True
    if not isinstance(data, dict):
        return False
    for key in sorted(data, key=len, reverse=True):
        if path.startswith(f"{key}.") and isinstance(data[key], (dict, list)):
            return _patch(data[key], path[len(key) + 1 :], value)
    if path not in data and ("." in path or value is None):
        return False
    if value is None:
        del data[path]
    else:
        data[path] = value
    return True

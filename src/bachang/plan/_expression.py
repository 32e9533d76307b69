"""Compiling expressions. A parser's long report becomes its first mistake and where that is."""

from __future__ import annotations

import re

import cel

_FAULT = re.compile(r"ERROR: <input>:(\d+):(\d+): (Syntax error: )?(.*)$", re.MULTILINE)
_TOKEN = re.compile(
    r"(?:mismatched input|extraneous input|no viable alternative at input|"
    r"token recognition error at:) '(.*?)'(?: expecting .*)?"
)
_MISSING = re.compile(r"missing '(.*?)' at '.*'")
_DEEP = re.compile(r".*Recursion limit of (\d+) exceeded.*")
_END = "<EOF>"


def compiled(expression: str) -> cel.Program:
    """Compile an expression.

    Raises:
        ValueError: it is not CEL; says in one line where it stops to be, and what is wrong there.
    """
    try:
        return cel.compile(expression)
    except ValueError as error:
        raise ValueError(_first_fault(str(error))) from error


def _first_fault(report: str) -> str:
    faults = sorted(_FAULT.findall(report), key=lambda fault: not fault[2])
    if not faults:
        return " ".join(report.split())
    line, column, _, said = faults[0]
    what = _in_words(said)
    return f"column {column}: {what}" if line == "1" else f"line {line}, column {column}: {what}"


def _in_words(said: str) -> str:
    if missing := _MISSING.fullmatch(said):
        return f"`{missing[1]}` is missing"
    if deep := _DEEP.fullmatch(said):
        return f"nested deeper than {deep[1]} levels"
    token = _TOKEN.fullmatch(said)
    if token is None:
        return said
    return "it ends too early" if token[1] == _END else f"{token[1].strip()!r} is not possible here"

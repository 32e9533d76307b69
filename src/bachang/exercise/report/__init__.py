"""The after-action report of an exercise."""

from bachang.exercise.report._page import render

__all__ = ["render"]

"""What can go wrong in an exercise; every text says who is at fault and what to do."""

from __future__ import annotations


class ExerciseError(Exception):
    """Base of all errors of this package."""


class ConditionError(ExerciseError):
    """A condition cannot be judged in this world: for the scenario's author."""


class UnknownTaskError(ExerciseError):
    """The plan has no task of that name: for whoever asked."""


class UnknownStoryError(ExerciseError):
    """The scenario has no story of that name: for whoever asked."""


class PrinterError(ExerciseError):
    """A report cannot be printed on this machine: for its operator."""


class NoHintError(ExerciseError):
    """A task has no hint that was not taken yet: for whoever asked."""

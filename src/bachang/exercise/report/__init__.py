"""The after-action report of an exercise, and a journal in words."""

from bachang.exercise.report._names import Names
from bachang.exercise.report._page import render
from bachang.exercise.report._pdf import to_pdf
from bachang.exercise.report._script import POLICY
from bachang.exercise.report._story import Entry, Strand, story

__all__ = ["POLICY", "Entry", "Names", "Strand", "render", "story", "to_pdf"]

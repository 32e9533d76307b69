"""Tasks, conditions, injects, actors; scoring and reports as pure functions.

Everything here works on three values: a `Plan`, a journal (events) and, where the world must
be looked at or acted on, a `Sandbox`. Whatever is decided is journalled first, so that any
score, screen and report can be made again from plan and journal alone.
"""

from bachang.exercise._condition import Held, held_since, holds
from bachang.exercise._director import Director
from bachang.exercise._error import (
    ConditionError,
    ExerciseError,
    NoHintError,
    PrinterError,
    UnknownStoryError,
    UnknownTaskError,
)
from bachang.exercise._judge import Outcome, Verdict, judge, refusal
from bachang.exercise._play import advance_to, play_fast, play_live
from bachang.exercise._program import run
from bachang.exercise._replay import Replay, replay
from bachang.exercise._schedule import DueAction, DueEvent, Schedule, schedule
from bachang.exercise._score import (
    EvaluationScore,
    MetricScore,
    Score,
    TaskScore,
    score,
)
from bachang.exercise._standing import Standing, is_open, standings
from bachang.exercise._submission import TakenHint, Weighed, submit, take_hint, weigh
from bachang.exercise._view import View, observe

__all__ = [
    "ConditionError",
    "Director",
    "DueAction",
    "DueEvent",
    "EvaluationScore",
    "ExerciseError",
    "Held",
    "MetricScore",
    "NoHintError",
    "Outcome",
    "PrinterError",
    "Replay",
    "Schedule",
    "Score",
    "Standing",
    "TakenHint",
    "TaskScore",
    "UnknownStoryError",
    "UnknownTaskError",
    "Verdict",
    "View",
    "Weighed",
    "advance_to",
    "held_since",
    "holds",
    "is_open",
    "judge",
    "observe",
    "play_fast",
    "play_live",
    "refusal",
    "replay",
    "run",
    "schedule",
    "score",
    "standings",
    "submit",
    "take_hint",
    "weigh",
]

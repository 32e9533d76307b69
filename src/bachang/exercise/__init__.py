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
from bachang.exercise._judge import Outcome, Verdict, judge, refusal, task_named
from bachang.exercise._play import advance_to, play_fast, play_live
from bachang.exercise._program import run
from bachang.exercise._replay import Replay, replay
from bachang.exercise._schedule import DueAction, DueEvent, Schedule, schedule
from bachang.exercise._score import EvaluationScore, MetricScore, Score, TaskScore
from bachang.exercise._secret import seal
from bachang.exercise._standing import Standing, Standings, is_open, standings
from bachang.exercise._submission import (
    TakenHint,
    answered,
    hint_taken,
    judge_now,
    next_hint,
    submit,
    take_hint,
    told_again,
)
from bachang.exercise._tally import Tally, score
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
    "Standings",
    "TakenHint",
    "Tally",
    "TaskScore",
    "UnknownStoryError",
    "UnknownTaskError",
    "Verdict",
    "View",
    "advance_to",
    "answered",
    "held_since",
    "hint_taken",
    "holds",
    "is_open",
    "judge",
    "judge_now",
    "next_hint",
    "observe",
    "play_fast",
    "play_live",
    "refusal",
    "replay",
    "run",
    "schedule",
    "score",
    "seal",
    "standings",
    "submit",
    "take_hint",
    "task_named",
    "told_again",
]

"""Exercise control: what the story and the automated actors do to a world, step by step.

Whatever is done is journalled as *started* first and with its outcome afterwards, and is
never done twice: after a crash between the two, the outcome is "interrupted". All decisions
come from the plan, the journal and the time given; see `Past`.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Executor, Future
from typing import Any

from bachang.exercise._condition import Held
from bachang.exercise._past import Past
from bachang.exercise._program import run, words
from bachang.exercise._schedule import DueAction, DueEvent, schedule
from bachang.exercise._view import View
from bachang.fabric import ExecResult, Sandbox, SandboxError, SandboxGoneError
from bachang.plan import Inject, InjectKind, Plan, Program

INTERRUPTED = "interrupted: exercise control ended while it ran; it is not repeated"


class Director:
    """Plays the story of one sandbox; goes on with it if another director was cut off.

    Args:
        plan: The sandbox's plan.
        sandbox: The sandbox.
        story: The only story to play; ``None``: all of them.
        actors: Names of the actors that the range plays itself; ``None``: see `schedule`.
        executor: Where actors' programs run, so that a slow one does not hold up the story;
            ``None``: one after the other, within `step`.
    """

    def __init__(
        self,
        plan: Plan,
        sandbox: Sandbox,
        *,
        story: str | None = None,
        actors: Collection[str] | None = None,
        executor: Executor | None = None,
    ) -> None:
        self.plan = plan
        self.sandbox = sandbox
        self.schedule = schedule(plan.exercise, story=story, actors=actors)
        self._executor = executor
        self._jobs: dict[str, tuple[DueAction, int, Future[ExecResult]]] = {}
        self._past = Past(story or plan.scenario)
        self._held: list[Held] = []
        self._remember()
        self._follow_conditions()
        self._close_interrupted()
        if self._past.ended:
            self._past.start_over()

    @property
    def ended(self) -> bool:
        """Whether the story is over in this epoch and no action runs."""
        return self._past.ended and not self._jobs

    def next_due_s(self) -> float | None:
        """Sandbox time of the next thing that is due by time alone; ``None``: nothing is."""
        start = self._past.started_at_s
        if start is None or self._past.ended:
            return None
        times: list[float | None] = [
            due.start_s for due in self.schedule.events if not self._done(due)
        ]
        for action in self.schedule.actions:
            following = self._past.actions.get(action.key, -1) + 1
            times.append(action.start_s(following))
        due = [time for time in times if time is not None and time <= self.schedule.end_s]
        return start + min([*due, self.schedule.end_s])

    def step(self, view: View) -> None:
        """Do all that is due in the world as it is now.

        Raises:
            ConditionError: a condition cannot be judged (the author's fault).
            FabricError: the sandbox has gone or the platform failed.
        """
        self._remember()
        if self._past.started_at_s is None:
            self._record("white", "story.started", self._past.story)
        self._judge(view)
        since_start_s = view.time_s - (self._past.started_at_s or 0.0)
        if not self._past.ended:
            self._tell_story(since_start_s)
            self._act(since_start_s)
        self._collect()
        if since_start_s >= self.schedule.end_s and not self._past.ended and not self._jobs:
            self._record("white", "story.ended", self._past.story)

    # ---- the journal is the memory

    def _remember(self) -> None:
        epoch = self._past.epoch
        while events := self.sandbox.events(self._past.sequence):
            for event in events:
                self._past.apply(event)
        if self._past.epoch != epoch:
            self._follow_conditions()

    def _record(
        self, actor: str, kind: str, subject: str, data: dict[str, Any] | None = None
    ) -> None:
        self.sandbox.record(actor=actor, kind=kind, subject=subject, data=data)
        self._remember()

    def _follow_conditions(self) -> None:
        self._held = [
            Held(condition, held=condition.name in self._past.held)
            for condition in self.plan.exercise.conditions
        ]

    def _close_interrupted(self) -> None:
        """Give an outcome to what a director before this one left open."""
        for key, state in list(self._past.begun.items()):
            if state == "started":
                event, _, inject = key.partition("/")
                data = {"event": event, "reason": INTERRUPTED}
                self._record("white", "inject.failed", inject, data)
        for subject in sorted(self._past.running):
            outcome = {"status": None, "output": INTERRUPTED}
            self._record("white", "action.ran", subject, outcome)

    # ---- conditions

    def _judge(self, view: View) -> None:
        for held in self._held:
            if held.update(view):
                kind = "condition.held" if held.held else "condition.lapsed"
                self._record("system", kind, held.condition.name)

    # ---- the story

    def _done(self, due: DueEvent) -> bool:
        begun = self._past.begun
        return all(f"{due.event.name}/{inject.name}" in begun for inject in due.injects)

    def _tell_story(self, since_start_s: float) -> None:
        for due in self.schedule.events:
            if since_start_s < due.start_s or self._done(due):
                continue
            if set(due.event.conditions) <= self._past.held and since_start_s <= due.end_s:
                self._happen(due)
            elif since_start_s > due.end_s and not due.event.conditions:
                self._miss(due)

    def _happen(self, due: DueEvent) -> None:
        for inject in due.injects:
            if f"{due.event.name}/{inject.name}" not in self._past.begun:
                self._apply(inject, {"event": due.event.name, "script": due.script})

    def _miss(self, due: DueEvent) -> None:
        reason = "exercise control was away until its script had ended"
        for inject in due.injects:
            if f"{due.event.name}/{inject.name}" not in self._past.begun:
                data = {"event": due.event.name, "script": due.script, "reason": reason}
                self._record("white", "inject.failed", inject.name, data)

    def _apply(self, inject: Inject, data: dict[str, Any]) -> None:
        self._record("white", "inject.started", inject.name, data)
        try:
            outcome = self._do(inject)
        except SandboxGoneError:
            raise
        except SandboxError as error:
            self._record("white", "inject.failed", inject.name, {**data, "reason": str(error)})
        else:
            self._record("white", "inject.applied", inject.name, {**data, **outcome})

    def _do(self, inject: Inject) -> dict[str, Any]:
        """Carry an inject out; what there is to journal about it."""
        actor = f"white/{inject.name}"
        if inject.kind is InjectKind.POINT:
            if inject.point is None or inject.value is None:
                raise SandboxError(f"inject {inject.name!r} names no point or no value")
            tick = self.sandbox.command(inject.point, inject.value, actor=actor)
            return {"point": inject.point, "value": inject.value, "tick": tick}
        if inject.kind is InjectKind.MESSAGE:
            for receiver in inject.to or ("everyone",):
                self._record(actor, "message.sent", receiver, {"text": inject.message})
            return {}
        return self._run(inject.program)

    def _run(self, program: Program | None) -> dict[str, Any]:
        if program is None:
            raise SandboxError("the inject has no program")
        result = run(self.sandbox, program)
        return {"status": result.status, "output": words(result)}

    # ---- automated actors

    def _act(self, since_start_s: float) -> None:
        for due in self.schedule.actions:
            occurrence = due.occurrence(min(since_start_s, self.schedule.end_s))
            last = self._past.actions.get(due.key, -1)
            if occurrence is not None and occurrence > last and due.key not in self._jobs:
                self._start(due, occurrence)

    def _start(self, due: DueAction, occurrence: int) -> None:
        data = {"occurrence": occurrence, "host": due.action.program.host}
        self._record(_who(due), "action.started", due.key, data)
        job: Future[ExecResult] = Future()
        if self._executor:
            job = self._executor.submit(run, self.sandbox, due.action.program)
        else:
            try:
                job.set_result(run(self.sandbox, due.action.program))
            except SandboxError as error:
                job.set_exception(error)
        self._jobs[due.key] = (due, occurrence, job)

    def _collect(self) -> None:
        """Journal the outcome of actions that have ended."""
        for key, (due, occurrence, job) in list(self._jobs.items()):
            if job.done():
                del self._jobs[key]
                data = {"occurrence": occurrence, **_outcome(job)}
                self._record(_who(due), "action.ran", key, data)


def _who(due: DueAction) -> str:
    return f"{due.actor.role}/{due.actor.name}"


def _outcome(job: Future[ExecResult]) -> dict[str, Any]:
    try:
        result = job.result()
    except SandboxGoneError:
        raise
    except SandboxError as error:
        return {"status": None, "output": str(error)}
    output = "timed out\n" + words(result) if result.timed_out else words(result)
    return {"status": result.status, "output": output}

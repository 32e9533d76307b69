"""Tasks with their answers, weaknesses with their probes, conditions."""

from __future__ import annotations

from bachang.plan._draft import Draft
from bachang.plan._model import Answer, AnswerKind, Condition, Hint, Task, Weakness
from bachang.scenario import Where, condition_problems, models


def resolve_conditions(draft: Draft) -> tuple[Condition, ...]:
    """All conditions; names in expressions must be field systems or services."""
    for name, condition in draft.raw.conditions.items():
        where: Where = ("conditions", name)
        _check_expression(draft, (*where, "expression"), condition.expression)
    return tuple(
        Condition(
            name=name,
            expression=condition.expression,
            for_s=condition.for_,
            description=draft.text(
                ("conditions", name, "description"), condition.description, name
            ),
        )
        for name, condition in draft.raw.conditions.items()
    )


def _check_expression(draft: Draft, where: Where, expression: str) -> None:
    services = [
        f"{host}/{service}" for host, given in draft.machines.items() for service in given.services
    ]
    for message, remedy in condition_problems(expression, draft.raw.field_systems, services):
        draft.wrong(where, message, remedy)


def resolve_tasks(draft: Draft) -> tuple[Task, ...]:
    """All tasks. Call it last: it must know which flags were planted."""
    return tuple(_task(draft, name, task) for name, task in draft.raw.tasks.items())


def _task(draft: Draft, name: str, task: models.Task) -> Task:
    where = ("tasks", name)
    solution = task.solution
    program = None
    if solution is not None and (solution.run is not None or solution.command is not None):
        program = draft.program((*where, "solution"), solution)
    return Task(
        name=name,
        level=task.level,
        title=draft.text((*where, "title"), task.title),
        text=draft.text((*where, "text"), task.text),
        points=task.points,
        answer=_answer(draft, (*where, "answer"), task.answer),
        hints=tuple(
            Hint(text=draft.text((*where, "hints", index, "text"), hint.text), penalty=hint.penalty)
            for index, hint in enumerate(task.hints)
        ),
        wrong_penalty=task.wrong_penalty,
        max_attempts=task.max_attempts,
        requires=draft.all_known((*where, "requires"), "task", task.requires, draft.raw.tasks),
        solution=program,
        solution_answer=solution.answer if solution is not None else None,
    )


def _answer(draft: Draft, where: Where, answer: models.Answer) -> Answer:
    if answer.condition is not None:
        name = answer.condition
        draft.known((*where, "condition"), "condition", name, draft.raw.conditions)
        return Answer(kind=AnswerKind.CONDITION, condition=name)
    if answer.flag is not None:
        if draft.known((*where, "flag"), "planted flag", answer.flag, draft.expansion.flags):
            return Answer(kind=AnswerKind.FLAG, values=(draft.seed.flag(answer.flag),))
        return Answer(kind=AnswerKind.FLAG)
    return Answer(kind=AnswerKind.STATIC, values=tuple(answer.values or ()))


def resolve_weaknesses(draft: Draft) -> tuple[Weakness, ...]:
    """All weaknesses that have their probes; `lint` tells about the others."""
    found = (_weakness(draft, name, given) for name, given in draft.raw.weaknesses.items())
    return tuple(weakness for weakness in found if weakness is not None)


def _weakness(draft: Draft, name: str, given: models.Weakness) -> Weakness | None:
    where = ("weaknesses", name)
    programs = {
        probe: draft.program((*where, probe), program)
        for probe in ("exploit", "fix", "service")
        if (program := getattr(given, probe)) is not None
    }
    exploited = _judgement(draft, (*where, "exploited"), given.exploited)
    serving = _judgement(draft, (*where, "serving"), given.serving)
    exploit, fix, service = (programs.get(probe) for probe in ("exploit", "fix", "service"))
    if not (exploit and fix and service and exploited and serving):
        return None
    return Weakness(
        name=name,
        title=draft.text((*where, "title"), given.title),
        techniques=tuple(given.techniques),
        exploit=exploit,
        exploited=exploited,
        fix=fix,
        service=service,
        serving=serving,
        settle_s=given.settle,
        text=draft.text((*where, "text"), given.text),
    )


def _judgement(draft: Draft, where: Where, given: str | None) -> str | None:
    """The expression that judges a probe; a condition's name stands for its expression."""
    if given is None or given in draft.raw.conditions:
        return draft.raw.conditions[given].expression if given else None
    _check_expression(draft, where, given)
    return given

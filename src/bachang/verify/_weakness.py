"""A weakness is proven at three moments, and is gone where the plan leaves it out.

1. fresh: the legitimate function works, and the exploit succeeds;
2. reset and fixed: the legitimate function works, also after everything was restarted;
3. then the exploit fails, and the legitimate function works still.

Each outcome is judged by the weakness's own conditions over the world.
"""

from __future__ import annotations

from bachang.plan import Weakness
from bachang.verify._stage import NotProvenError, Stage, last_words, said


def prove_fresh(stage: Stage, weakness: Weakness) -> str:
    """Moment 1, in a fresh sandbox; returns what was seen.

    Raises:
        NotProvenError: the function does not work, or the exploit does not succeed.
    """
    _serve(stage, weakness, "as delivered")
    _not_yet(stage, weakness)
    result = stage.run("exploit", weakness.exploit)
    if not stage.comes_true(weakness.exploited, weakness.settle_s):
        raise NotProvenError(
            f"the exploit ({said(weakness.exploit)}) has no effect: {weakness.exploited} did not "
            f"hold within {weakness.settle_s:g} s; {stage.seen(weakness.exploited)}"
            f"{last_words(result)}"
        )
    return f"exploited: {stage.seen(weakness.exploited)}"


def prove_fixed(stage: Stage, weakness: Weakness) -> str:
    """Moment 2, in a fresh sandbox; returns what was seen. The fix stays in the sandbox.

    Raises:
        NotProvenError: the fix fails, does not last, or breaks the function.
    """
    stage.do("fix", weakness.fix)
    # The devices take a setting at their next tick.
    stage.settle(weakness.settle_s)
    _serve(stage, weakness, "after the fix")
    stage.restart()
    return _serve(stage, weakness, "after the fix and a restart of everything")


def prove_blocked(stage: Stage, weakness: Weakness) -> str:
    """Moment 3, in the sandbox that moment 2 left; returns what was seen.

    Raises:
        NotProvenError: the exploit still succeeds, or the function has gone.
    """
    _resist(stage, weakness, "the fix does not hold against the exploit")
    return _serve(stage, weakness, "after the exploit failed")


def prove_off(stage: Stage, weakness: Weakness) -> str:
    """In a sandbox whose plan leaves the weakness out; returns what was seen.

    Raises:
        NotProvenError: the exploit succeeds all the same, or the function does not work.
    """
    _serve(stage, weakness, "with the weakness switched off")
    _resist(stage, weakness, "the weakness is switched off, but its exploit works")
    return f"{weakness.exploited} stays false"


def _serve(stage: Stage, weakness: Weakness, when: str) -> str:
    result = stage.do(f"service probe {when}", weakness.service)
    if not stage.comes_true(weakness.serving, weakness.settle_s):
        raise NotProvenError(
            f"{when} the legitimate function does not work: {weakness.serving} did not hold "
            f"within {weakness.settle_s:g} s; {stage.seen(weakness.serving)}{last_words(result)}"
        )
    return f"serving: {stage.seen(weakness.serving)}"


def _not_yet(stage: Stage, weakness: Weakness) -> None:
    if stage.comes_true(weakness.exploited, 0.0):
        raise NotProvenError(
            f"{weakness.exploited} holds before anything was exploited "
            f"({stage.seen(weakness.exploited)}), so it proves nothing"
        )


def _resist(stage: Stage, weakness: Weakness, blame: str) -> None:
    _not_yet(stage, weakness)
    stage.run("exploit", weakness.exploit)
    if stage.comes_true(weakness.exploited, weakness.settle_s):
        raise NotProvenError(
            f"{blame}: {weakness.exploited} held after {said(weakness.exploit)}; "
            f"{stage.seen(weakness.exploited)}"
        )

"""The demo: a training that runs already when a newcomer opens the printed address."""

from __future__ import annotations

from bachang.portal._assemble import Assembly
from bachang.portal._problem import ProblemError
from bachang.portal._registry import ACTIVE
from bachang.portal.models import Kind, NewExercise


class Demo:
    """A run of the local account in which the story plays; what began with it ends with it.

    Args:
        assembly: The portal.
        pack: The pack to show.
    """

    def __init__(self, assembly: Assembly, pack: str) -> None:
        self._portal = assembly.portal
        self._stage = assembly.stage
        self._sessions = assembly.sessions
        self._pack = pack
        self._before = {row.id for row in self._portal.exercises.running()}

    def begin(self) -> str:
        """Start the run, or go on with the one that a crash left.

        Returns:
            The path of its page; that of the library where the pack cannot be started.
        """
        person = self._sessions.local_person()
        own = self._portal.runs.own(person, after=None, limit=50).items
        left = [run for run in own if run.pack == self._pack and run.state in ACTIVE]
        if left:
            self._before.discard(left[0].exercise)
            return f"/runs/{left[0].id}"
        wanted = NewExercise(kind=Kind.TRAINING, pack=self._pack)
        try:
            run = self._portal.opening.start(wanted, by=person).runs[0]
        except ProblemError:
            return "/"  # the page says why when somebody starts it there
        self._stage.players.play(run.id, playing=True)
        return f"/runs/{run.id}"

    def end(self) -> None:
        """End the run, and whatever else was started since; what ran before runs on."""
        for row in self._portal.exercises.running():
            if row.id not in self._before:
                self._stage.end_exercise(row.id, "the demo was ended")

"""What a director has already done, as the journal tells it.

The director keeps nothing in memory that is not here, and this is only ever changed by
journalled events: a director that is started again goes on where the last one stopped. A
new epoch is a world that starts over, and so does its story; a story that has ended may be
played again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bachang.journal import Event


@dataclass(slots=True)
class Past:
    """A fold over one sandbox's events.

    Args:
        story: Name under which the story is journalled.
    """

    story: str
    epoch: int = 0
    sequence: int = 0
    """Last event that was taken in."""
    started_at_s: float | None = None
    """Sandbox time at which the story started in this epoch."""
    ended: bool = False
    begun: dict[str, str] = field(default_factory=dict)
    """Injects (``event/inject``) to ``started``, ``applied`` or ``failed``."""
    actions: dict[str, int] = field(default_factory=dict)
    """``actor/action`` to the last occurrence that was started."""
    running: set[str] = field(default_factory=set)
    """Actions that were started and have not ended."""
    held: set[str] = field(default_factory=set)
    """Conditions that hold."""

    def apply(self, event: Event) -> None:
        """Take in the next event."""
        if event.epoch > self.epoch:
            self.epoch = event.epoch
            self.held.clear()
            self.start_over()
        self.sequence = event.sequence
        noun, _, verb = event.kind.partition(".")
        if noun == "story":
            self._story(verb, event)
        elif noun == "inject":
            self.begun[f"{event.data['event']}/{event.subject}"] = verb
        elif noun == "action":
            self._action(verb, event)
        elif event.kind == "condition.held":
            self.held.add(event.subject)
        elif event.kind == "condition.lapsed":
            self.held.discard(event.subject)

    def start_over(self) -> None:
        """Forget the story, as if it had never been played."""
        self.started_at_s, self.ended = None, False
        for memory in (self.begun, self.actions, self.running):
            memory.clear()

    def _story(self, verb: str, event: Event) -> None:
        if event.subject != self.story:
            return
        if verb == "started":
            self.start_over()
            self.started_at_s = event.sandbox_time_s
        elif verb == "ended":
            self.ended = True

    def _action(self, verb: str, event: Event) -> None:
        if verb == "started":
            self.actions[event.subject] = event.data["occurrence"]
            self.running.add(event.subject)
        else:
            self.running.discard(event.subject)

"""Live views: a snapshot, then ordered events with a revision; one contract for all topics.

A channel numbers what it publishes and keeps the latest in a ring. Whoever comes with a
revision that is still in the ring gets exactly what was missed; everybody else a snapshot.
Numbers begin at the microsecond in which the channel was made, so that one of an earlier
portal is never taken for one of this.

A message is encoded once, whoever gets it. Each viewer has a queue with an end: a viewer who
does not keep up is told so and dropped, and holds up nobody.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from bachang.portal.models import Document, LiveEvent, LiveMessage

RING = 1000
"""Events that a channel keeps."""
QUEUE = 256
"""Messages that a viewer may be behind."""
SLOW = "slow"
"""What stands in a viewer's queue when it was dropped."""

GONE = "gone"
"""What stands in a viewer's queue when it has left."""


class _Entry:
    """A message with its number; encoded once somebody wants it."""

    __slots__ = ("_event", "_text", "private", "revision")

    def __init__(
        self, revision: int, event: LiveEvent | Callable[[], LiveEvent], *, private: bool
    ) -> None:
        self.revision = revision
        self.private = private
        self._event: LiveEvent | Callable[[], LiveEvent] | None = event
        self._text = ""

    @property
    def text(self) -> str:
        """The message as viewers get it."""
        if self._event is not None:
            event = self._event() if callable(self._event) else self._event
            message = LiveMessage(revision=self.revision, event=event)
            self._text, self._event = message.model_dump_json(exclude_none=True), None
        return self._text


class Viewer:
    """One who watches a channel."""

    def __init__(self, *, sees_private: bool, loop: asyncio.AbstractEventLoop) -> None:
        self.sees_private = sees_private
        self.messages: asyncio.Queue[str] = asyncio.Queue()
        self.dropped = False
        self.loop = loop

    def offer(self, text: str) -> None:
        """Put a message in the queue; called in the loop."""
        if self.dropped:
            return
        if self.messages.qsize() >= QUEUE:
            self.dropped = True
            text = SLOW
        self.messages.put_nowait(text)


class Channel:
    """One topic. May be used from any thread.

    ``lock`` guards the topic's state: whoever changes the state publishes under it, and a
    snapshot is taken under it, so that a snapshot has exactly what its revision says.

    Args:
        topic: Its name.
        first_revision: See the module.
        snapshot: Makes the present document; called under ``lock`` with whether the viewer
            may see what is private.
    """

    def __init__(
        self, topic: str, first_revision: int, snapshot: Callable[[bool], Document]
    ) -> None:
        self.topic = topic
        self.lock = threading.RLock()
        self.revision = first_revision
        self._snapshot = snapshot
        self._ring: deque[_Entry] = deque(maxlen=RING)
        self._viewers: set[Viewer] = set()

    @property
    def watched(self) -> bool:
        """Whether anybody watches."""
        return bool(self._viewers)

    def publish(self, event: LiveEvent | Callable[[], LiveEvent], *, private: bool = False) -> None:
        """Number an event and send it to everybody who may see it.

        Args:
            event: It, or how it is made once somebody wants it; the same whenever it is.
            private: Only who teaches may see it.
        """
        with self.lock:
            self.revision += 1
            entry = _Entry(self.revision, event, private=private)
            self._ring.append(entry)
            told = [v for v in self._viewers if v.sees_private or not private]
            if told:
                _offer_all(told, entry.text)

    def renew(self) -> None:
        """Send everybody a new snapshot: too much has changed for events."""
        with self.lock:
            self.revision += 1
            self._ring.clear()
            for viewer in self._viewers:
                text = self._snapshot_message(viewer)
                viewer.loop.call_soon_threadsafe(viewer.offer, text)

    def join(self, viewer: Viewer, revision: int | None) -> list[str]:
        """Let somebody watch; the messages with which it begins.

        Args:
            viewer: Who.
            revision: The last one that the viewer has; ``None``: it has nothing.
        """
        with self.lock:
            missed = self._since(revision)
            if missed is None:
                first = [self._snapshot_message(viewer)]
            else:
                first = [e.text for e in missed if viewer.sees_private or not e.private]
            self._viewers.add(viewer)
            return first

    def leave(self, viewer: Viewer) -> None:
        """Stop watching."""
        with self.lock:
            self._viewers.discard(viewer)

    def _since(self, revision: int | None) -> list[_Entry] | None:
        if revision is None or revision > self.revision:
            return None
        if revision == self.revision:
            return []
        if not self._ring or revision < self._ring[0].revision - 1:
            return None
        return [entry for entry in self._ring if entry.revision > revision]

    def _snapshot_message(self, viewer: Viewer) -> str:
        document = self._snapshot(viewer.sees_private).model_dump(mode="json")
        return LiveMessage(revision=self.revision, snapshot=document).model_dump_json(
            exclude_none=False
        )


def _offer_all(viewers: list[Viewer], text: str) -> None:
    """Give viewers a message: each loop is woken once, however many watch in it."""
    loops = {viewer.loop for viewer in viewers}
    for loop in loops:
        mine = viewers if len(loops) == 1 else [v for v in viewers if v.loop is loop]
        if not loop.is_closed():
            loop.call_soon_threadsafe(_offer, mine, text)


def _offer(viewers: list[Viewer], text: str) -> None:
    for viewer in viewers:
        viewer.offer(text)


class Live:
    """All channels.

    Args:
        now: Unix seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._channels: dict[str, Channel] = {}
        self._makers: dict[str, Callable[[str, bool], Document]] = {}
        self._last: dict[str, dict[str, Any]] = {}

    def register(self, kind: str, snapshot: Callable[[str, bool], Document]) -> None:
        """Say how the document of a kind of topic is made, from its id."""
        self._makers[kind] = snapshot

    def channel(self, topic: str) -> Channel:
        """The channel of a topic, made if it is new."""
        kind, _, identity = topic.partition(":")
        maker = self._makers[kind]
        with self._lock:
            if topic not in self._channels:
                first = int(self._now() * 1_000_000)
                self._channels[topic] = Channel(topic, first, lambda all_: maker(identity, all_))
            return self._channels[topic]

    def forget(self, topic: str) -> None:
        """A topic has ended; nobody watches it any more."""
        with self._lock:
            channel = self._channels.get(topic)
            if channel is not None and not channel.watched:
                del self._channels[topic]
                self._last.pop(topic, None)

    def refresh(self, event: Callable[[dict[str, Any]], LiveEvent]) -> None:
        """Publish what changed in the documents of topics that are not fed by events.

        Args:
            event: Makes the event from the changes.
        """
        with self._lock:
            channels = [c for t, c in self._channels.items() if not t.startswith("run:")]
        for channel in channels:
            if channel.watched:
                self._refresh(channel, event)
            else:
                self.forget(channel.topic)

    def _refresh(self, channel: Channel, event: Callable[[dict[str, Any]], LiveEvent]) -> None:
        kind, _, identity = channel.topic.partition(":")
        with channel.lock:
            document = self._makers[kind](identity, True).model_dump(mode="json")
            last = self._last.get(channel.topic)
            self._last[channel.topic] = document
            changes = {
                key: value for key, value in document.items() if not last or last[key] != value
            }
            if changes:
                channel.publish(event(changes))

"""Sandboxes on this machine: from a pack to a living world, and its journal into the store.

A sandbox has a *name*, which is free again once it is down, and an *id*, which is unique
for ever. The whole plan, answers included, is kept under the id outside the sandbox, so that
scores and reports can be made when the sandbox is long gone.

An agent that was killed leaves its log in the state directory. Whoever next asks for that
name, in whatever way, brings the log into the store first: nothing is lost.
"""

from __future__ import annotations

import contextlib
import difflib
import hmac
from dataclasses import dataclass

from bachang.engine._places import Places
from bachang.fabric import Fabric, LocalFabric, Sandbox, SandboxError, SandboxGoneError
from bachang.journal import Event, SqliteStore, Store, copy
from bachang.plan import Plan, digest, dumps, loads


class UnknownSandboxError(Exception):
    """No sandbox of that name runs or ever ran under this account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A running sandbox with its plan."""

    id: str
    plan: Plan
    sandbox: Sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is kept of a sandbox: its plan and all its events, in order."""

    id: str
    plan: Plan
    events: list[Event]


class LocalEngine:
    """Places sandboxes on this machine and keeps what they leave.

    Args:
        places: Folders; ``None``: those of this account.
        fabric: What makes plans live; ``None``: this machine's.
        journal: An open store of all journals, which stays the caller's to close; ``None``: the
            account's own file, opened when it is needed.
    """

    def __init__(
        self,
        *,
        places: Places | None = None,
        fabric: Fabric | None = None,
        journal: Store | None = None,
    ) -> None:
        self.places = places or Places.of_account()
        self.fabric = fabric or LocalFabric()
        self._journal = journal

    def seed_for(self, exercise: str, learner: str = "") -> str:
        """A seed that a public pack does not give away.

        HMAC-SHA256 of exercise and learner under the instance's secret: 256 bits, hexadecimal.
        """
        message = f"{exercise}\0{learner}" if learner else exercise
        return hmac.new(self.places.secret(), message.encode(), "sha256").hexdigest()

    def up(self, plan: Plan, *, name: str | None = None) -> Live:
        """Bring a plan to life; returns when every service answers.

        Raises:
            FabricError: see `Fabric.deploy`; nothing is left behind.
        """
        name = name or plan.scenario
        self.salvage(name)
        sandbox = self.fabric.deploy(plan.world, name=name)
        try:
            identity = sandbox.status().id
            self._keep_plan(identity, plan)
            # The digest and not the seed: whoever reads the journal must not learn the flags.
            data = {"plan": digest(plan)}
            sandbox.record(actor="white", kind="exercise.started", subject=plan.scenario, data=data)
        except BaseException:
            sandbox.destroy()
            raise
        return Live(id=identity, plan=plan, sandbox=sandbox)

    def sandbox(self, name: str) -> Sandbox:
        """The running sandbox of that name.

        Raises:
            SandboxGoneError: there is none; says what runs instead.
        """
        try:
            return self.fabric.attach(name)
        except SandboxGoneError as gone:
            raise SandboxGoneError(f"{gone}{self._instead(name)}") from gone

    def attach(self, name: str) -> Live:
        """The running sandbox of that name, with its plan.

        Raises:
            SandboxGoneError: there is none; says what runs instead.
        """
        sandbox = self.sandbox(name)
        identity = sandbox.status().id
        return Live(id=identity, plan=self.plan_of(identity), sandbox=sandbox)

    def down(self, name: str) -> bool:
        """End a sandbox; its whole journal is in the store afterwards.

        Returns:
            Whether it ran; false if its agent had died and only its journal was left.

        Raises:
            SandboxGoneError: neither.
        """
        if self.salvage(name):
            return False
        sandbox = self.sandbox(name)
        with self._store() as store:
            copy(sandbox, store)
            # The log vanishes with the sandbox: opened before, it can be read to its end.
            tail = sandbox.follow(max(0, store.last(sandbox.status().id) - 1))
            next(tail, None)
            sandbox.destroy()
            store.append(tail)
        return True

    def abandoned(self) -> list[str]:
        """Names of sandboxes whose agent died and whose journal is not in the store yet."""
        return self.fabric.abandoned()

    def salvage(self, name: str) -> bool:
        """Bring what a dead agent left into the store, and clear it.

        Returns:
            Whether there was anything.
        """
        if name not in self.fabric.abandoned():
            return False
        with self._store() as store:
            copy(self.fabric.salvage(name), store)
        with contextlib.suppress(SandboxError):  # somebody else was faster: it lives again
            self.fabric.forget(name)
        return True

    def sweep(self) -> list[str]:
        """Remove control groups that no living agent holds; returns ids of their sandboxes."""
        return self.fabric.sweep()

    def store(self) -> Store:
        """The store of all journals of this account; a context manager."""
        return self._journal or SqliteStore(self.places.journal)

    def _store(self) -> contextlib.AbstractContextManager[Store]:
        """The same for one use: what is the caller's is not closed."""
        return contextlib.nullcontext(self._journal) if self._journal else self.store()

    def record_of(self, name: str) -> Record:
        """Plan and events of the running, else of the latest sandbox of that name (or id).

        Raises:
            UnknownSandboxError: there was never one.
        """
        self.salvage(name)
        with self._store() as store:
            try:
                live = self.attach(name)
            except SandboxError:
                identity = self._latest(name)
            else:
                identity = live.id
                copy(live.sandbox, store)
            plan = self.plan_of(identity)
            return Record(id=identity, plan=plan, events=store.events(identity))

    def plan_of(self, identity: str) -> Plan:
        """The plan of a sandbox that runs or ran, by its id.

        Raises:
            FileNotFoundError: none is kept under this id.
            UnknownSandboxError: another version of Bachang has kept it.
        """
        path = self.places.plans / f"{identity}.json"
        try:
            return loads(path.read_bytes())
        except ValueError as error:
            raise UnknownSandboxError(
                f"{path} cannot be read ({error}): it was written by another version of Bachang, "
                "which can still score and report it"
            ) from error

    def _instead(self, name: str) -> str:
        """What somebody who asked for a sandbox that does not run may have meant."""
        running = self.fabric.sandboxes()
        if near := difflib.get_close_matches(name, running, n=1):
            return f"; did you mean {near[0]!r}?"
        return f"; there are: {', '.join(running)}" if running else "; none runs at all"

    def _latest(self, name: str) -> str:
        """Id of the sandbox with that name whose plan was kept last."""
        kept = [
            path
            for path in self.places.plans.glob("*.json")
            if path.stem == name or path.stem.rpartition("-")[0] == name
        ]
        if not kept:
            known = sorted({path.stem.rpartition("-")[0] for path in self.places.plans.iterdir()})
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
            raise UnknownSandboxError(f"no sandbox named {name!r} runs or ever ran here; {hint}")
        return max(kept, key=lambda path: path.stat().st_mtime_ns).stem

    def _keep_plan(self, identity: str, plan: Plan) -> None:
        path = self.places.plans / f"{identity}.json"
        path.touch(mode=0o600)
        path.write_bytes(dumps(plan))

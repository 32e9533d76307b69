"""Sandboxes on this machine: from a pack to a living world, and its journal into the store.

A sandbox has a *name*, which is free again once it is down, and an *id*, which is unique
for ever. The whole plan, answers included, is kept under the id outside the sandbox, so that
scores and reports can be made when the sandbox is long gone.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bachang.engine._places import Places
from bachang.fabric import Fabric, LocalFabric, Sandbox, SandboxGoneError
from bachang.journal import Event, SqliteStore, Store, copy
from bachang.plan import Plan, digest, dumps, loads, resolve
from bachang.scenario import load


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


def load_plan(pack: Path, *, seed: str = "0", without: Iterable[str] = ()) -> Plan:
    """Load and resolve a pack; ``without`` switches weaknesses off.

    Raises:
        ScenarioError: the pack is broken; names every place.
    """
    return resolve(load(pack), seed, without=frozenset(without))


class LocalEngine:
    """Places sandboxes on this machine and keeps what they leave."""

    def __init__(self, *, places: Places | None = None, fabric: Fabric | None = None) -> None:
        self.places = places or Places.of_account()
        self.fabric = fabric or LocalFabric()

    def seed_for(self, name: str) -> str:
        """A seed that a public pack does not give away: HMAC-SHA256, 256 bits, hexadecimal."""
        return hmac.new(self.places.secret(), name.encode(), "sha256").hexdigest()

    def up(self, plan: Plan, *, name: str | None = None) -> Live:
        """Bring a plan to life; returns when every service answers.

        Raises:
            FabricError: see `Fabric.deploy`; nothing is left behind.
        """
        sandbox = self.fabric.deploy(plan.world, name=name or plan.scenario)
        try:
            identity = sandbox.status().id
            self._keep_plan(identity, plan)
            sandbox.record(
                actor="white",
                kind="exercise.started",
                subject=plan.scenario,
                data={"plan": digest(plan), "seed": plan.seed},
            )
        except BaseException:
            sandbox.destroy()
            raise
        return Live(id=identity, plan=plan, sandbox=sandbox)

    def attach(self, name: str) -> Live:
        """The running sandbox of that name.

        Raises:
            SandboxGoneError: there is none.
        """
        sandbox = self.fabric.attach(name)
        identity = sandbox.status().id
        return Live(id=identity, plan=self.plan_of(identity), sandbox=sandbox)

    def down(self, name: str) -> None:
        """End a sandbox; its journal is in the store afterwards.

        Raises:
            SandboxGoneError: there is none.
        """
        sandbox = self.fabric.attach(name)
        with self.store() as store:
            copy(sandbox, store)
        sandbox.destroy()

    def store(self) -> Store:
        """The store of all journals of this account; a context manager."""
        return SqliteStore(self.places.journal)

    def record_of(self, name: str) -> Record:
        """Plan and events of the running, else of the latest sandbox of that name (or id).

        Raises:
            UnknownSandboxError: there was never one.
        """
        with self.store() as store:
            try:
                live = self.attach(name)
            except SandboxGoneError:
                identity = self._latest(name)
                return Record(
                    id=identity, plan=self.plan_of(identity), events=store.events(identity)
                )
            copy(live.sandbox, store)
            return Record(id=live.id, plan=live.plan, events=store.events(live.id))

    def _latest(self, name: str) -> str:
        """Id of the sandbox with that name whose plan was kept last."""
        kept = [
            path
            for path in self.places.plans.glob("*.json")
            if path.stem == name or path.stem.rpartition("-")[0] == name
        ]
        if not kept:
            raise UnknownSandboxError(
                f"no sandbox named {name!r} runs or ever ran here; `bachang ps` lists the running"
            )
        return max(kept, key=lambda path: path.stat().st_mtime_ns).stem

    def _keep_plan(self, identity: str, plan: Plan) -> None:
        path = self.places.plans / f"{identity}.json"
        path.touch(mode=0o600)
        path.write_bytes(dumps(plan))

    def plan_of(self, identity: str) -> Plan:
        """The plan of a sandbox that runs or ran, by its id.

        Raises:
            FileNotFoundError: none is kept under this id.
        """
        return loads((self.places.plans / f"{identity}.json").read_bytes())


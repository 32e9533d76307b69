"""Placing sandboxes: plans, seeds and journals that outlive them, on a fabric in memory."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from bachang.engine import LocalEngine, Places, UnknownSandboxError, load_plan, secret_plan
from bachang.fabric import Fabric, Sandbox, SandboxError, SandboxGoneError
from bachang.journal import Event
from bachang.plan import World, digest
from tests.exercise.memory import PLAN, MemorySandbox

SMALL = Path(__file__).parents[1] / "plan" / "packs" / "small"


class Journalled(MemorySandbox):
    """A sandbox in memory whose last words are journalled while it ends."""

    def __init__(self, fabric: MemoryFabric) -> None:
        super().__init__()
        self._fabric = fabric

    def follow(self, after: int = 0) -> Iterator[Event]:
        while after < len(self.journal):
            yield self.journal[after]
            after += 1

    def destroy(self) -> None:
        self.record(actor="system", kind="sandbox.destroyed", subject="hall")
        self._fabric.living.clear()


class MemoryFabric(Fabric):
    """One sandbox at a time, which may die."""

    def __init__(self) -> None:
        self.living: dict[str, Journalled] = {}
        self.dead: dict[str, Journalled] = {}

    def deploy(self, world: World, *, name: str, ends_with_client: bool = False) -> Sandbox:
        if name in self.living:
            raise SandboxError(f"a sandbox named {name} is running")
        assert name not in self.dead, "what it left would be lost"
        self.living[name] = Journalled(self)
        return self.living[name]

    def attach(self, name: str) -> Sandbox:
        if name not in self.living:
            raise SandboxGoneError(f"no sandbox named {name} is running")
        return self.living[name]

    def sandboxes(self) -> list[str]:
        return sorted(self.living)

    def abandoned(self) -> list[str]:
        return sorted(self.dead)

    def salvage(self, name: str) -> Sandbox:
        return self.dead[name]

    def forget(self, name: str) -> None:
        del self.dead[name]

    def die(self) -> None:
        """The agents are killed."""
        self.dead, self.living = self.living, {}


@pytest.fixture
def fabric() -> MemoryFabric:
    return MemoryFabric()


@pytest.fixture
def engine(tmp_path: Path, fabric: MemoryFabric) -> LocalEngine:
    places = Places(state=tmp_path / "state", data=tmp_path / "data")
    places.plans.mkdir(parents=True)
    return LocalEngine(places=places, fabric=fabric)


def kinds(engine: LocalEngine, name: str) -> list[str]:
    return [event.kind for event in engine.record_of(name).events]


def test_the_journal_names_the_plan_and_not_its_seed(engine: LocalEngine) -> None:
    live = engine.up(PLAN)
    (event,) = engine.record_of("hall").events
    assert event.data == {"plan": digest(PLAN)}
    assert engine.plan_of(live.id) == PLAN


def test_plans_and_secret_are_for_nobody_else(engine: LocalEngine) -> None:
    live = engine.up(PLAN)
    engine.seed_for("hall")
    for path in (engine.places.plans / f"{live.id}.json", engine.places.data / "secret"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_all_that_happened_until_the_end_is_kept(engine: LocalEngine) -> None:
    engine.up(PLAN)
    assert engine.down("hall") is True
    assert kinds(engine, "hall") == ["exercise.started", "sandbox.destroyed"]


@pytest.mark.parametrize("look", ["down", "record_of", "salvage", "up"])
def test_what_a_dead_agent_left_is_kept_whoever_asks(
    engine: LocalEngine, fabric: MemoryFabric, look: str
) -> None:
    live = engine.up(PLAN)
    fabric.living["hall"].sample()
    fabric.die()
    assert engine.abandoned() == ["hall"]
    arguments: tuple[Any, ...] = (PLAN,) if look == "up" else ("hall",)
    outcome = getattr(engine, look)(*arguments)
    if look == "down":
        assert outcome is False
    assert engine.abandoned() == []
    with engine.store() as store:
        assert [e.kind for e in store.events(live.id)] == ["exercise.started", "points.sampled"]


def test_a_plan_that_cannot_be_kept_leaves_no_sandbox(
    engine: LocalEngine, fabric: MemoryFabric
) -> None:
    engine.places.plans.rmdir()
    with pytest.raises(FileNotFoundError):
        engine.up(PLAN)
    assert fabric.sandboxes() == []


def test_who_asks_wrongly_is_told_what_there_is(engine: LocalEngine) -> None:
    with pytest.raises(SandboxGoneError, match="none runs at all"):
        engine.sandbox("hall")
    with pytest.raises(UnknownSandboxError, match="known: none"):
        engine.record_of("hall")
    engine.up(PLAN)
    with pytest.raises(SandboxGoneError, match="did you mean 'hall'"):
        engine.attach("hal")
    with pytest.raises(SandboxGoneError, match="there are: hall"):
        engine.down("other")
    with pytest.raises(UnknownSandboxError, match="did you mean 'hall'"):
        engine.record_of("hal")


def test_a_plan_of_another_version_says_so(engine: LocalEngine) -> None:
    live = engine.up(PLAN)
    (engine.places.plans / f"{live.id}.json").write_text('{"format": "old"}')
    with pytest.raises(UnknownSandboxError, match="another version of Bachang"):
        engine.record_of("hall")


def test_seeds_are_secret_to_the_instance(engine: LocalEngine, tmp_path: Path) -> None:
    other = LocalEngine(places=Places(state=tmp_path, data=tmp_path), fabric=engine.fabric)
    seeds = {
        engine.seed_for("a"),
        engine.seed_for("b"),
        engine.seed_for("a", "ann"),
        other.seed_for("a"),
    }
    assert len(seeds) == 4
    assert {len(bytes.fromhex(seed)) for seed in seeds} == {32}
    assert engine.seed_for("a") in seeds


def test_of_many_first_users_one_makes_the_secret(tmp_path: Path) -> None:
    places, together = Places(state=tmp_path, data=tmp_path), Barrier(8)

    def first_use(_: int) -> bytes:
        together.wait()
        return places.secret()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(first_use, range(8)))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_a_secret_plan_belongs_to_its_name(engine: LocalEngine) -> None:
    first, second = (secret_plan(engine, SMALL, name=name) for name in ("one", "two"))
    assert digest(first) != digest(second)
    assert digest(first) == digest(load_plan(SMALL, seed=engine.seed_for("one")))
    assert secret_plan(engine, SMALL).seed == load_plan(SMALL, seed=engine.seed_for("small")).seed

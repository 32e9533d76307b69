"""Groups of dead agents go, wherever their state was; those of living agents never do."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bachang.fabric import LocalFabric
from bachang.fabric._cgroups import Held
from bachang.fabric._ownership import left_over, own, remove, sweep
from tests.fabric.worlds import host, world
from tests.waiting import blocked, until

_ID = "one-0a1b2c3d"


@contextlib.contextmanager
def _owned(top: Path) -> Iterator[None]:
    held = own(top)
    try:
        yield
    finally:
        os.close(held)


def test_what_is_held_stays_and_what_is_not_goes(tmp_path: Path) -> None:
    top = tmp_path / f"bachang-{_ID}"
    (tmp_path / "bachang-other").mkdir()
    with _owned(top):
        (top / "a.0").mkdir()
        assert sweep([str(tmp_path)]) == left_over([str(tmp_path)]) == []
        assert (top / "a.0").exists()
    assert left_over([str(tmp_path)]) == [_ID]
    assert sweep([str(tmp_path)]) == [_ID]
    assert [one.name for one in tmp_path.iterdir()] == ["bachang-other"]


def test_who_loses_it_before_the_lock_makes_it_again(tmp_path: Path) -> None:
    """A maker that has made its directory, and a sweeper that was faster with the lock."""
    top = tmp_path / f"bachang-{_ID}"
    with contextlib.ExitStack() as made:
        with _owned(top):
            maker = threading.Thread(target=lambda: made.enter_context(_owned(top)))
            maker.start()
            until(blocked)
            assert remove(top)
        maker.join()
        assert top.exists()
        assert sweep([str(tmp_path)]) == []
    assert sweep([str(tmp_path)]) == [_ID]


@pytest.mark.alone
@pytest.mark.parametrize("way", ["deploy", "sweep"])
def test_a_killed_agent_whose_state_is_lost(
    home: Path, groups: dict[Held, str], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """As when a run of tests is ended in the middle and its folder removed."""
    fabric = LocalFabric(groups=groups)
    lost, living = (fabric.deploy(world(host("a", 11)), name=name) for name in ("lost", "living"))
    ids = [one.status().id for one in (lost, living)]
    os.kill(lost.status().agent_pid, 9)
    lost._directory.remove()
    elsewhere = home / "elsewhere"
    monkeypatch.setenv("XDG_STATE_HOME", str(elsewhere))
    other = LocalFabric(groups=groups)
    while ids[0] in left_over(groups.values()) or _there(groups, ids[0]):
        if way == "deploy":  # its dead may take a moment
            other.deploy(world(host("a", 11)), name="living").destroy()
        else:
            other.sweep()
    assert _there(groups, ids[1])
    assert living.exec("a", ["true"]).status == 0
    living.destroy()
    assert not _there(groups, ids[1])


def _there(groups: dict[Held, str], sandbox: str) -> list[str]:
    tops = [Path(base, f"bachang-{sandbox}") for base in {*groups.values()}]
    return [str(top) for top in tops if top.exists()]

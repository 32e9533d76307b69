"""Sandboxes on this machine: where they begin and how they are found again."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Mapping

from bachang.fabric import _contract as contract
from bachang.fabric import _neighbours, _state
from bachang.fabric._assignment import Assignment
from bachang.fabric._cgroups import Held, make_room, writable_groups
from bachang.fabric._client import LocalSandbox
from bachang.fabric._demands import least
from bachang.fabric._fork_server import agents
from bachang.fabric._launch import enough_ids, launch, new_sandbox_id
from bachang.fabric._native import FORKS, built, stale
from bachang.fabric._ownership import sweep
from bachang.fabric._preload import KNOWN, chosen
from bachang.fabric._scarcity import explain
from bachang.journal import LogFile
from bachang.plan import Guarantee, World

_PLANT = ("-m", "bachang.twins.plant")


class LocalFabric(contract.Fabric):
    """Brings worlds to life with namespaces of this machine, as an ordinary user."""

    def __init__(
        self,
        *,
        plant_argv: tuple[str, ...] = _PLANT,
        preload: tuple[str, ...] = KNOWN,
        ready_timeout_s: float = 20.0,
        groups: Mapping[Held, str] | None = None,
        least: frozenset[Guarantee] | None = None,
        journal_bytes: int = 1 << 30,
    ) -> None:
        """Args:
        plant_argv: Arguments of Python that start the plant.
        preload: Modules that Python services in hosts find ready if they name them.
        ready_timeout_s: How long services may take until they answer.
        groups: Directories of control groups to use; those of the account if not given.
        least: Isolation that a sandbox must have; what the operator demands if not given.
        journal_bytes: How much a journal may grow to before its sandbox is paused for good.
        """
        self._journal_bytes = journal_bytes
        self._groups = groups
        self._least = least
        self._plant_argv = plant_argv
        self._preload = preload
        self._ready_timeout_s = ready_timeout_s

    def deploy(self, world: World, *, name: str, ends_with_client: bool = False) -> LocalSandbox:
        """See `Fabric.deploy`."""
        _check_machine(world)
        entries = _neighbours.limit()
        words = _neighbours.check(world, entries)
        directory = _directory(name)
        demanded = least() if self._least is None else self._least
        lock = directory.claim()
        groups = self._places()
        sweep(groups.values(), name)
        assignment = Assignment(
            name=name,
            sandbox=new_sandbox_id(name),
            world=world,
            scratch=str(directory.path / "scratch"),
            zygote=str(FORKS),
            plant_argv=self._plant_argv,
            preload=chosen(world, self._preload),
            ready_timeout_s=self._ready_timeout_s,
            single_id=not enough_ids(),
            ends_with_client=ends_with_client,
            groups=groups,
            journal_bytes=self._journal_bytes,
            least=tuple(sorted(demanded)),
            neighbour_entries=entries,
            neighbour_words=words,
        )
        try:
            leash = launch(directory, assignment, lock)
        except BaseException as error:
            directory.remove()
            sweep(groups.values(), name)
            if isinstance(error, MemoryError):
                raise contract.MachineError(explain(errno.ENOMEM)) from error
            raise
        finally:
            os.close(lock)
        return LocalSandbox(directory, leash, groups=groups)

    def _places(self) -> dict[Held, str]:
        if self._groups is None:
            self._groups = writable_groups()
        with contextlib.suppress(OSError):  # the agent says what the kernel refuses
            make_room(self._groups)
        return dict(self._groups)

    def prepare(self) -> None:
        """See `Fabric.prepare`."""
        with contextlib.suppress(OSError):
            agents.begin()

    def attach(self, name: str) -> LocalSandbox:
        """See `Fabric.attach`."""
        directory = _directory(name)
        if not directory.lives():
            raise contract.SandboxGoneError(f"no sandbox named {name} is running")
        return LocalSandbox(directory, groups=self._places())

    def sandboxes(self) -> list[str]:
        """See `Fabric.sandboxes`."""
        return sorted(one.name for one in _directories() if one.lives())

    def abandoned(self) -> list[str]:
        """See `Fabric.abandoned`."""
        return sorted(one.name for one in _directories() if not one.lives())

    def salvage(self, name: str) -> LogFile:
        """See `Fabric.salvage`."""
        return LogFile(_directory(name).log)

    def forget(self, name: str) -> None:
        """See `Fabric.forget`."""
        directory = _directory(name)
        lock = directory.claim()
        try:
            directory.remove()
            sweep(self._places().values(), name)
        finally:
            os.close(lock)

    def sweep(self) -> list[str]:
        """See `Fabric.sweep`: empty control groups. Every deploy does it too."""
        return sweep(self._places().values())


def _check_machine(world: World) -> None:
    if os.geteuid() == 0:
        raise contract.MachineError(
            "a sandbox is not to belong to root: run it as an ordinary user"
        )
    if not built():
        raise contract.MachineError(
            "the native helper is not built: run `make setup` (python -m bachang.fabric.build)"
        )
    if stale():
        raise contract.MachineError(
            "the native helper is older than its source: run `make setup` "
            "(python -m bachang.fabric.build)"
        )
    users = sorted(host.name for host in world.hosts if host.users)
    if users and not enough_ids():
        raise contract.MachineError(
            f"hosts with users ({', '.join(users)}) need subordinate ids, and this account has "
            "none: `bachang doctor` says how to get them"
        )


def _directory(name: str) -> _state.StateDirectory:
    return _state.StateDirectory(_state.home() / _state.checked_name(name))


def _directories() -> list[_state.StateDirectory]:
    with contextlib.suppress(FileNotFoundError):
        return [_state.StateDirectory(path) for path in _state.home().iterdir()]
    return []

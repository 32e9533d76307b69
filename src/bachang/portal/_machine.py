"""The machine as its operator sees it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Set

from bachang import __version__
from bachang.catalogue import both
from bachang.fabric import FabricError, SandboxStatus, doctor
from bachang.portal import _capacity as capacity
from bachang.portal._access import Person
from bachang.portal._ground import Ground
from bachang.portal._registry import Registry
from bachang.portal._stage import Stage
from bachang.portal.models import Cleanup, Finding, Machine, SandboxInfo

_PROBE_S = 60.0


class MachineView:
    """Reads the machine, and clears what is left over."""

    def __init__(self, ground: Ground, registry: Registry, stage: Stage) -> None:
        self._data = ground.settings.data
        self._audit = ground.audit
        self._elapsed = ground.outside.elapsed
        self._registry = registry
        self._stage = stage
        self._probed: tuple[float, list[Finding]] | None = None

    def describe(self) -> Machine:
        """The machine now."""
        memory = capacity.memory()
        sandboxes = self._sandboxes()
        return Machine(
            version=__version__,
            processors=os.cpu_count() or 1,
            load=capacity.load(),
            memory_mib=memory.total,
            memory_free_mib=memory.available,
            disk_free_mib=shutil.disk_usage(self._data).free >> 20,
            sandboxes=sandboxes,
            abandoned=self._stage.engine.abandoned(),
            capacity=capacity.document(self._stage.starts.room(""), len(sandboxes)),
            findings=self._findings(),
        )

    def clean_up(self, *, by: Person) -> Cleanup:
        """End sandboxes whose runs have ended, clear what dead agents left; journals are kept.

        What is left of agents whose journal is lost is named by the id of their sandbox.
        """
        engine = self._stage.engine
        removed = [one.name for one in self._sandboxes() if one.leftover]
        for name in removed:
            engine.down(name)
        removed += [name for name in engine.abandoned() if engine.salvage(name)]
        removed += engine.sweep()
        self._audit.note(by.name, "machine.cleaned", "machine", {"removed": removed})
        return Cleanup(removed=removed)

    def _findings(self) -> list[Finding]:
        """What the doctor says; it is asked again after a while."""
        now_s = self._elapsed()
        if self._probed is None or now_s - self._probed[0] > _PROBE_S:
            self._probed = (now_s, [_finding(one) for one in doctor.probe()])
        return self._probed[1]

    def _sandboxes(self) -> list[SandboxInfo]:
        found = []
        fabric = self._stage.engine.fabric
        active = {row.id for row in self._registry.active()}
        for name in fabric.sandboxes():
            try:
                found.append(self._info(fabric.attach(name).status(), active))
            except FabricError:
                continue  # it ended between the two calls
        return found

    def _info(self, status: SandboxStatus, active: Set[str]) -> SandboxInfo:
        run = self._registry.run(status.name) if self._registry.knows(status.name) else None
        return SandboxInfo(
            name=status.name,
            state=status.state,
            hosts=len(status.hosts),
            processes=sum(host.processes for host in status.hosts),
            memory_mib=round(sum(host.memory_kib for host in status.hosts) / 1024, 1),
            uptime_s=round(status.uptime_s, 1),
            run=run.id if run else None,
            learner=run.learner if run else "",
            leftover=run is not None and run.id not in active,
            degraded=list(status.degraded),
        )


def _finding(found: doctor.Finding) -> Finding:
    return Finding(
        capability=found.capability,
        need=found.need.value,
        present=found.present,
        title=found.title,
        cost=found.cost,
        remedy=found.remedy,
        detail=both(found.detail),
    )

"""A sandbox comes up, is found, goes; what cannot be is refused and leaves nothing."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest

from bachang.fabric import (
    Fabric,
    MachineError,
    Sandbox,
    SandboxError,
    SandboxGoneError,
    WorldError,
)
from bachang.fabric.conformance import _worlds
from bachang.plan import Guarantee, Host, HostKind, Route, Service, ServiceKind, World


class TestLife:
    """deploy, attach, sandboxes, destroy."""

    def test_comes_up_and_goes(self, fabric: Fabric) -> None:
        live = fabric.deploy(_worlds.single(), name="life")
        assert "life" in fabric.sandboxes()
        live.destroy()
        assert "life" not in fabric.sandboxes()
        with pytest.raises(SandboxGoneError):
            live.status()
        with pytest.raises(SandboxGoneError):
            live.destroy()
        with pytest.raises(SandboxGoneError):
            fabric.attach("life")

    def test_an_empty_world_is_a_world(self, fabric: Fabric) -> None:
        live = fabric.deploy(World(), name="void")
        assert live.status().hosts == ()
        assert live.points() == {}
        live.destroy()

    def test_is_the_same_when_attached(self, fabric: Fabric, sandbox: Sandbox) -> None:
        assert fabric.attach(sandbox.name).status().id == sandbox.status().id

    def test_status_tells_the_hosts(self, sandbox: Sandbox) -> None:
        status = sandbox.status()
        assert status.state == "running"
        street = {"six", "lamp", "slow", "lossy"}
        assert {one.name for one in status.hosts} == {"desk", "edge", "server", *street}
        server = next(one for one in status.hosts if one.name == "server")
        assert server.address == "10.72.0.21"
        assert server.services == {"page": "up", "clock": "up"}
        assert server.processes >= 3

    def test_a_busy_name_is_refused(self, fabric: Fabric, sandbox: Sandbox) -> None:
        with pytest.raises(SandboxError, match="running"):
            fabric.deploy(_worlds.single(), name=sandbox.name)
        assert sandbox.status().state == "running"

    @pytest.mark.parametrize("name", ["", "../up", "a b", "x" * 60, "-dash"])
    def test_an_impossible_name_is_refused(self, fabric: Fabric, name: str) -> None:
        with pytest.raises(SandboxError, match="cannot be called"):
            fabric.deploy(_worlds.single(), name=name)


class TestRefusal:
    """Worlds that cannot come to life: the error says where, nothing is left."""

    def _refused(self, fabric: Fabric, host: Host) -> str:
        world = World(networks=(_worlds.network(71),), hosts=(host,))
        with pytest.raises(WorldError) as caught:
            fabric.deploy(world, name="refused")
        assert "refused" not in fabric.sandboxes()
        return str(caught.value)

    def test_a_broken_firewall(self, fabric: Fabric) -> None:
        host = Host(name="wall", kind=HostKind.ROUTER, firewall="table inet x { chain y { frob } }")
        words = self._refused(fabric, host)
        assert "wall" in words
        assert "frob" in words

    def test_a_program_that_is_not_there(self, fabric: Fabric) -> None:
        service = Service(name="ghost", kind=ServiceKind.PROGRAM, argv=("/usr/bin/no-such",))
        words = self._refused(fabric, Host(name="h", kind=HostKind.HOST, services=(service,)))
        assert "h/ghost" in words
        assert "No such file" in words

    def test_a_service_that_never_answers(self, fabric: Fabric) -> None:
        service = Service(
            name="mute",
            kind=ServiceKind.PROGRAM,
            argv=("/bin/sh", "-c", "echo I am mute; exec sleep 1000"),
            ready_port=81,
        )
        words = self._refused(fabric, Host(name="h", kind=HostKind.HOST, services=(service,)))
        assert "h/mute did not answer" in words
        assert "I am mute" in words

    def test_more_isolation_than_there_is(self, fabric: Fabric) -> None:
        """It has all that it asks for, or it is not there."""
        asked = dataclasses.replace(_worlds.single(), isolation=tuple(sorted(Guarantee)))
        with contextlib.suppress(MachineError):
            live = fabric.deploy(asked, name="strict")
            lacks = live.status().degraded
            live.destroy()
            assert lacks == ()
        assert "strict" not in fabric.sandboxes()

    def test_a_route_to_nowhere(self, fabric: Fabric) -> None:
        host = Host(
            name="lost",
            kind=HostKind.HOST,
            interfaces=(_worlds.interface(71, 11),),
            routes=(Route(destination="default", via="10.99.0.1"),),
        )
        assert "lost" in self._refused(fabric, host)

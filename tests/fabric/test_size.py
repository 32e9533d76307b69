"""How large a world may be: what Linux cannot hold is refused, and said."""

from __future__ import annotations

import asyncio

import pytest

from bachang.fabric import FabricError, LocalFabric, MachineError, WorldError
from bachang.fabric._agent._ports import Ports
from bench.fabric import star
from tests.fabric.worlds import host, world


def test_a_network_with_more_hosts_than_a_bridge_has_ports_is_refused(fabric: LocalFabric) -> None:
    crowd = world(*(host(f"h{number}", number) for number in range(1001)))
    with pytest.raises((WorldError, MachineError), match="use more networks"):
        fabric.deploy(crowd, name="crowd")
    with pytest.raises(FabricError):
        fabric.attach("crowd")


@pytest.mark.slow
def test_a_sandbox_whose_bridge_has_no_room_for_two_generations_is_reset(
    fabric: LocalFabric,
) -> None:
    sandbox = fabric.deploy(star(600), name="crowd")
    try:
        sandbox.reset()
        assert {one.generation for one in sandbox.status().hosts} == {1}
        reached = sandbox.exec("h1", ["ping", "-c", "1", "-W", "2", "10.0.2.100"])
        assert reached.status == 0, reached.stdout
    finally:
        sandbox.destroy()


def test_old_links_are_waited_for() -> None:
    waiting = iter([30, 30, 0])
    ports = Ports(
        world(*(host(f"h{number}", number) for number in range(1000))), lambda: next(waiting)
    )
    asyncio.run(_fill(ports, 23))
    asyncio.run(_fill(ports, 1))  # the kernel lets go at the third look
    assert next(waiting, None) is None


async def _fill(ports: Ports, count: int) -> None:
    for _ in range(count):
        await ports.room_for(star(1).hosts[0])

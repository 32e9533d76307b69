"""How large a world may be: what Linux cannot hold is refused, and said."""

from __future__ import annotations

import pytest

from bachang.fabric import FabricError, LocalFabric, MachineError, WorldError
from tests.fabric.worlds import host, world


def test_a_network_with_more_hosts_than_a_bridge_has_ports_is_refused(fabric: LocalFabric) -> None:
    crowd = world(*(host(f"h{number}", number) for number in range(1001)))
    with pytest.raises((WorldError, MachineError), match="use more networks"):
        fabric.deploy(crowd, name="crowd")
    with pytest.raises(FabricError):
        fabric.attach("crowd")

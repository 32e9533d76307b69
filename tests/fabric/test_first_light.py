"""Two hosts on a network come up, talk, and go."""

from __future__ import annotations

from bachang.fabric import LocalFabric
from tests.fabric.worlds import host, world


def test_two_hosts_reach_each_other(fabric: LocalFabric) -> None:
    sandbox = fabric.deploy(world(host("a", 11), host("b", 12)), name="two")
    try:
        assert fabric.sandboxes() == ["two"]
        result = sandbox.exec("a", ["ping", "-c", "1", "-W", "2", "10.1.0.12"])
        assert result.status == 0, result.stderr
        assert [one.name for one in sandbox.status().hosts] == ["a", "b"]
    finally:
        sandbox.destroy()
    assert fabric.sandboxes() == []

"""What is sent at once arrives: a sandbox or a host is there only when frames pass its ports.

A port that was brought up passes none until the kernel's work queue has come to it; under load that
took a while, and whoever had asked for a neighbour asked again after a second.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from bachang.fabric import LocalFabric
from bachang.plan import HostKind, Service, ServiceKind
from tests.fabric.worlds import host, world
from tests.waiting import until

_LATE = ["unshare", "-Urn", sys.executable, "-m", "tests.fabric.late_link"]
_ROOT = Path(__file__).parents[2]
_LIMIT_S = 100


def test_late_links_are_waited_for_when_a_switch_is_finished_and_when_one_takes_over(
    home: Path,
) -> None:
    done = subprocess.run(
        _LATE, capture_output=True, cwd=_ROOT, text=True, check=False, timeout=_LIMIT_S
    )
    told = ["(False, ['eth0'], [])", *["p1-11 p1-12 p1-13"] * 2, "0"]
    assert done.stdout.splitlines() == told, done.stderr


def test_a_link_that_frames_do_not_pass_in_time_is_told_as_long_as_it_is_so(
    fabric: LocalFabric,
) -> None:
    """Here its own router keeps it from it, from the second start of its service on."""
    script = "ip link set eth0 mode dormant && exec python3 -m http.server 8080"
    service = Service(
        name="late", kind=ServiceKind.PROGRAM, argv=("sh", "-c", script), ready_port=8080
    )
    router = replace(host("late", 11, services=(service,)), kind=HostKind.ROUTER)
    live = fabric.deploy(world(router, host("b", 12)), name="late")
    assert not any("eth0" in line for line in live.status().degraded)
    live.reset()
    (fault,) = (one for one in live.events() if one.kind == "platform.fault")
    assert (fault.subject, "frames do not pass eth0" in fault.data["reason"]) == ("late", True)
    assert f"host late: {fault.data['reason']}" in live.status().degraded
    live.exec("late", ["sh", "-c", "ip link set eth0 mode default down; ip link set eth0 up"])
    until(lambda: not any("eth0" in line for line in live.status().degraded))
    live.destroy()

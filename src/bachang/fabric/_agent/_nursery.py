"""Where hosts come from: the spawner, begun in the template's mount namespace.

It is begun before the agent has an event loop, because the template takes its time, and the first
hosts are asked for ahead: by the client (`bachang.fabric._first_hosts`), or here if they are to
enter control groups.
"""

from __future__ import annotations

import contextlib

from bachang.fabric._agent._cradle import Cradle
from bachang.fabric._assignment import Assignment
from bachang.fabric._host_groups import HostGroups, Membership
from bachang.fabric._rootfs import RootFiles
from bachang.fabric._spawner_wire import Request, send
from bachang.plan import Host

_AHEAD_IN_GROUPS = 32
"""Each of these holds descriptors of its control groups, and few may be open as yet."""


class Nursery:
    """What hosts are made of, and the first of them."""

    def __init__(self, assignment: Assignment, cradle: Cradle) -> None:
        self.cradle = cradle
        self.requests = cradle.requests
        self.limits_pids = _has_own_pid_limit()
        self.files = RootFiles(assignment.world, single_id=assignment.single_id)
        self.groups, self.without_groups = _groups(assignment)
        hosts = assignment.world.hosts
        self.ahead = {
            host.name: (number, Membership())
            for number, host in enumerate(hosts[: assignment.asked_for], 1)
        }
        """Hosts that are asked for, with the numbers of the requests, which count from 1."""
        if self.groups.held:
            with contextlib.suppress(OSError):  # it ended: `Children.adopt` says why
                self._ask_ahead(hosts[:_AHEAD_IN_GROUPS])

    def _ask_ahead(self, hosts: tuple[Host, ...]) -> None:
        for number, host in enumerate(hosts, 1):
            payload = self.files.creation(host)
            group = self.groups.make(host.name, host.limits)
            send(self.requests, Request.CREATE, number, payload, [*group.doors])
            self.ahead[host.name] = number, group


def _groups(assignment: Assignment) -> tuple[HostGroups, str]:
    """Control groups; without them the limits are weaker, and why there are none."""
    try:
        if assignment.groups:
            return HostGroups(assignment.groups, assignment.sandbox), ""
        reason = "none is writable for this account"
    except OSError as error:
        reason = str(error)
    return HostGroups({}, assignment.sandbox), f"no control groups ({reason})"


def _has_own_pid_limit() -> bool:
    """Does ``pid_max`` belong to a pid namespace here (Linux 6.14)? Then hosts are limited."""
    path = "/proc/sys/kernel/pid_max"
    try:
        with open(path, "r+b", buffering=0) as file:
            value = file.read()
            file.seek(0)
            file.write(value)
    except OSError:
        return False
    return True

"""How a process of the platform that parses hostile bytes gives up what it does not need."""

from __future__ import annotations

import os
import resource

from bachang.fabric import _kernel as kernel
from bachang.fabric import _seccomp
from bachang.fabric._assignment import Assignment
from bachang.fabric._template import enter_plant_template

_LIMITS = {
    resource.RLIMIT_NPROC: 256,
    resource.RLIMIT_NOFILE: 4096,
    resource.RLIMIT_FSIZE: 64 << 20,
    resource.RLIMIT_CORE: 0,
}


def confine(assignment: Assignment, uid: int) -> None:
    """In a new process of the platform that needs nothing: give up all but its descriptors.

    Args:
        assignment: The sandbox's.
        uid: The agent's id that it becomes.
    """
    kernel.unshare(
        kernel.CLONE_NEWNS | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
    )
    enter_plant_template(assignment.scratch)
    kernel.process_control(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.load_filter(_seccomp.filter_program())
    kernel.bound_capabilities(0)
    for number, value in _LIMITS.items():
        most = min(value, resource.getrlimit(number)[1]) if value else 0
        resource.setrlimit(number, (most, most))
    user = 0 if assignment.single_id else uid
    if not assignment.single_id:
        os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    kernel.set_capabilities(0)

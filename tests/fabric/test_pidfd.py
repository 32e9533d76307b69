"""Whether a process has ended, also where there are many descriptors."""

from __future__ import annotations

import fcntl
import os
import subprocess

import pytest

from bachang.fabric._pidfd import ended

_HIGH = 2000
"""What `select.select` cannot look at."""


@pytest.mark.usefixtures("many_files")
def test_a_high_descriptor_is_looked_at_like_any_other() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        pidfd = os.pidfd_open(process.pid)
        high = fcntl.fcntl(pidfd, fcntl.F_DUPFD_CLOEXEC, _HIGH)
        os.close(pidfd)
        assert not ended(high)
        assert not ended(high, within_s=0.01)
        process.kill()
        assert ended(high, within_s=5)
        assert ended(high)
        os.close(high)

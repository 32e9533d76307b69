"""The conformance suite, run on this machine's fabric."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("bachang.fabric.conformance")

from bachang.fabric import LocalFabric  # noqa: E402
from bachang.fabric.conformance import *  # noqa: E402, F403
from bachang.fabric.leaks import wait_clean  # noqa: E402


@pytest.fixture(scope="module")
def fabric() -> Iterator[LocalFabric]:
    yield LocalFabric(ready_timeout_s=3)
    assert wait_clean() == []

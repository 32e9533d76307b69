"""The conformance suite, run on this machine's fabric, without and with control groups."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("bachang.fabric.conformance")

from bachang.fabric import LocalFabric, _neighbours  # noqa: E402
from bachang.fabric.conformance import *  # noqa: E402, F403
from bachang.fabric.leaks import wait_clean  # noqa: E402

known_failures = {
    "TestPause.test_a_program_that_wakes_itself_is_held[plain]": "without groups no freezer: "
    "programs are stopped by signals, and can be woken by them",
}


@pytest.fixture(scope="module", params=["plain", "grouped"])
def fabric(request: pytest.FixtureRequest) -> Iterator[LocalFabric]:
    groups = request.getfixturevalue("groups") if request.param == "grouped" else {}
    yield LocalFabric(ready_timeout_s=3, groups=groups)
    assert wait_clean() == []


class TestCrowdWithASmallTable(TestCrowd):  # noqa: F405
    """With neighbours told, as on a machine whose table of them was not raised."""

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_neighbours, "limit", lambda: 1024)

"""The doctor names what is missing, what that costs and what helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from bachang.fabric import MachineError, _probes
from bachang.fabric._cgroups import Held
from bachang.fabric.doctor import Need, Outcome, missing, probe
from bachang.plan import Guarantee


def test_this_machine_can_have_sandboxes():
    findings = probe()
    assert missing(findings) == []
    assert [one.need for one in findings] == sorted(
        (one.need for one in findings), key=list(Need).index
    )


def test_everything_is_explained_in_both_languages():
    for finding in probe({}):
        for text in (finding.title, finding.cost, finding.remedy):
            assert set(text) == {"en", "zh"}
            assert all(text.values())


def test_each_capability_has_its_probe_and_each_probe_its_words():
    assert {one.capability for one in probe()} == _probes.PROBES.keys()


def test_a_missing_feature_is_named():
    gone = Outcome(present=False, detail="Operation not supported")
    findings = probe({"veth": lambda: gone, "rate": lambda: gone})
    (lacking,) = missing(findings)
    assert lacking.capability == "veth"
    assert "modprobe" in lacking.remedy["en"]
    assert lacking.detail == "Operation not supported"
    rate = next(one for one in findings if one.capability == "rate")
    assert not rate.present


def test_a_probe_that_fails_is_a_finding():
    def broken() -> Outcome:
        raise PermissionError(13, "Permission denied", "/proc/sys")

    (lacking,) = missing(probe({"namespace-limits": broken}))
    assert "Permission denied" in lacking.detail


def test_each_capability_is_looked_at_once_and_may_be_missing():
    """With every probe injected, each finding is what its probe said."""
    names = [one.capability for one in probe()]
    assert len(names) == len(set(names))
    gone = Outcome(present=False, detail="not here")
    findings = probe(dict.fromkeys(names, lambda: gone))
    assert [one.capability for one in findings] == names
    assert all(not one.present and one.detail == "not here" for one in findings)
    required = {one.capability for one in missing(findings)}
    assert {"user-namespaces", "veth", "native-helper", "seccomp", "apparmor"} <= required


def test_what_is_optional_keeps_nobody_from_sandboxes():
    findings = probe({"tun": lambda: Outcome(present=False), "bpf": lambda: Outcome(present=False)})
    assert missing(findings) == []
    assert {one.capability for one in findings if one.need is Need.OPTIONAL} == {
        "bpf",
        "control-groups-v2",
        "no-groups-left",
        "tun",
    }


def _least(monkeypatch: pytest.MonkeyPatch, *demanded: Guarantee) -> Outcome:
    monkeypatch.setattr(_probes, "least", lambda: frozenset(demanded))
    return _probes._least_isolation()


def test_the_operators_least_isolation_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_probes, "writable_groups", lambda: {Held.MEMORY: "/groups"})
    assert "nothing is demanded" in _least(monkeypatch).detail
    given = _least(monkeypatch, Guarantee.MEMORY)
    assert given.present
    assert given.detail == "/etc/bachang/isolation.toml demands memory"
    refused = _least(monkeypatch, Guarantee.MEMORY, Guarantee.FREEZING)
    assert not refused.present
    assert refused.detail.endswith("demands freezing, memory; not here: freezing")


def test_an_operators_file_that_cannot_be_understood_is_told(monkeypatch: pytest.MonkeyPatch):
    def broken() -> frozenset[Guarantee]:
        raise MachineError("/etc/bachang/isolation.toml cannot be understood")

    monkeypatch.setattr(_probes, "least", broken)
    (found,) = [one for one in missing(probe()) if one.capability == "least-isolation"]
    assert "cannot be understood" in found.detail


def test_groups_of_dead_sandboxes_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(_probes, "writable_groups", lambda: {"memory": str(tmp_path)})
    assert _probes._no_groups_left().present
    (tmp_path / "bachang-gone-0a1b2c3d").mkdir()
    assert _probes._no_groups_left() == Outcome(present=False, detail="gone-0a1b2c3d")


@pytest.mark.parametrize("kept", ["0\n", None])
def test_without_a_restriction_apparmor_is_no_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str | None
):
    switch = tmp_path / "restrict"
    if kept is not None:
        switch.write_text(kept)
    monkeypatch.setattr(_probes, "_RESTRICTED", switch)
    finding = next(one for one in probe() if one.capability == "apparmor")
    assert finding.present
    assert "does not restrict" in finding.detail


@pytest.mark.parametrize(
    ("code", "present"), [("pass", True), ("raise SystemExit('denied')", False)]
)
def test_with_a_restriction_this_python_tries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, present: bool
):
    switch = tmp_path / "restrict"
    switch.write_text("1\n")
    monkeypatch.setattr(_probes, "_RESTRICTED", switch)
    monkeypatch.setattr(_probes, "_MAKE_NAMESPACES", code)
    finding = next(one for one in probe() if one.capability == "apparmor")
    assert finding.present is present
    assert finding.detail == ("" if present else "denied")


@pytest.mark.parametrize(("controllers", "present"), [(True, True), (False, False)])
def test_the_version_of_control_groups_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, controllers: bool, present: bool
):
    if controllers:
        (tmp_path / "cgroup.controllers").write_text("memory pids cpu\n")
    monkeypatch.setattr(_probes, "_CGROUPS", tmp_path)
    finding = next(one for one in probe() if one.capability == "control-groups-v2")
    assert finding.present is present
    assert finding.detail == ("version 2" if present else "version 1")

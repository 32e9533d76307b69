"""The doctor names what is missing, what that costs and what helps."""

from __future__ import annotations

from bachang.fabric.doctor import Need, Outcome, missing, probe


def test_this_machine_can_have_sandboxes():
    findings = probe()
    assert missing(findings) == []
    assert [one.need for one in findings[:4]] == [Need.REQUIRED] * 4


def test_everything_is_explained_in_both_languages():
    for finding in probe({}):
        for text in (finding.title, finding.cost, finding.remedy):
            assert set(text) == {"en", "zh"}
            assert all(text.values())


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

"""Resolving: one plan for a scenario and a seed, byte for byte, and every mistake at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bachang.plan import AnswerKind, Host, Plan, digest, dumps, loads, resolve
from bachang.scenario import ScenarioError, load
from tests.plan.worlds import SMALL, changed, mistakes, written

GOLDEN = Path(__file__).parent / "golden" / "small.json"
SCENARIO = load(SMALL)
SEEDS = st.one_of(
    st.integers(-(2**70), 2**70), st.binary(min_size=16, max_size=32).map(lambda b: b.hex())
)


def host(plan: Plan, name: str) -> Host:
    return next(one for one in plan.world.hosts if one.name == name)


def test_the_plan_of_the_small_pack_is_this_one():
    """After a wanted change: remove the file, run this twice, and read the difference."""
    shown = msgspec.json.format(dumps(resolve(SCENARIO, 0)), indent=1) + b"\n"
    if not GOLDEN.exists():
        GOLDEN.write_bytes(shown)
        pytest.fail("there was no golden plan; it is written now")
    assert shown.decode() == GOLDEN.read_text(encoding="utf-8")


@settings(max_examples=30)
@given(SEEDS)
def test_the_same_seed_gives_the_same_bytes(seed):
    plan = resolve(SCENARIO, seed)
    assert dumps(plan) == dumps(resolve(load(SMALL), seed))
    assert loads(dumps(plan)) == plan
    assert digest(loads(dumps(plan))) == digest(plan)


@settings(max_examples=30)
@given(SEEDS, SEEDS)
def test_another_seed_gives_other_flags_pins_and_macs(one, two):
    first, second = resolve(SCENARIO, one), resolve(SCENARIO, two)
    if str(one) == str(two):
        return
    assert flag(first) != flag(second)
    assert host(first, "desk").users[0].password_hash != host(second, "desk").users[0].password_hash
    assert host(first, "desk").interfaces[0].mac != host(second, "desk").interfaces[0].mac
    assert first.world.seed != second.world.seed


def flag(plan: Plan) -> tuple[str, ...]:
    return next(t.answer.values for t in plan.exercise.tasks if t.answer.kind is AnswerKind.FLAG)


@pytest.mark.parametrize("seed", ["", "abc", "0x10", "a" * 31, "g" * 32, "1.5"])
def test_weak_seeds_are_refused(seed):
    with pytest.raises(ValueError, match="seed"):
        resolve(SCENARIO, seed)


def test_answers_stay_out_of_the_world_and_planted_flags_are_in_it():
    plan = resolve(SCENARIO, 7)
    world = msgspec.json.encode(plan.world)
    assert b"find-genset" not in world
    page = host(plan, "server").files[0]
    assert flag(plan)[0].encode() in page.content
    assert (page.path, page.mode, page.owner) == ("/var/lib/services/page/page.py", 0o400, "www")


def test_the_plan_does_not_hold_the_seed_of_the_flags_in_its_world():
    plan = resolve(SCENARIO, "ab" * 16)
    assert b"ab" * 16 not in msgspec.json.encode(plan.world)


def test_files_are_expanded_and_shells_keep_their_own():
    plan = resolve(SCENARIO, 0)
    hello, readme = (file.content.decode() for file in host(plan, "desk").files)
    assert "${HOME} and ${1:-x} are not" in hello
    assert "${pin}" not in hello
    assert "the shell's ${HOME} stays" in readme


def test_a_weakness_can_be_switched_off():
    strict = (SMALL / "firewall" / "edge-strict.nft").read_text()
    off = resolve(SCENARIO, 0, without={"no-authentication"})
    assert host(off, "edge").firewall == strict
    assert host(resolve(SCENARIO, 0), "edge").firewall != strict
    assert [weakness.name for weakness in off.exercise.weaknesses] == ["no-authentication"]
    with pytest.raises(ScenarioError, match="did you mean `no-authentication`"):
        resolve(SCENARIO, 0, without={"no-authentification"})


OFF = "routers.edge.firewall.source: firewall/edge-strict.nft"


@pytest.mark.parametrize(
    ("patch", "check"),
    [
        ("hosts.desk.files./home/trainee/README.text: other", lambda p: b"other" in readme_of(p)),
        ("field_systems.genset.settings.new: 7", lambda p: settings_of(p)["new"] == 7),
        ("field_systems.genset.modbus: ~", lambda p: len(p.world.field_systems[1].listeners) == 1),
        (
            "hosts.server.networks.0: plant",
            lambda p: host(p, "server").interfaces[0].network == "plant",
        ),
    ],
)
def test_patches_reach_any_place(tmp_path, patch, check):
    scenario = load(changed(tmp_path, (OFF, patch)))
    assert check(resolve(scenario, 0, without={"no-authentication"}))
    assert not_yet(check, resolve(scenario, 0))


def not_yet(check: Callable[[Plan], bool], plan: Plan) -> bool:
    try:
        return not check(plan)
    except KeyError:
        return True


def readme_of(plan: Plan) -> bytes:
    return host(plan, "desk").files[1].content


def settings_of(plan: Plan) -> dict[str, object]:
    return plan.world.field_systems[1].settings


@pytest.mark.parametrize("path", ["hosts.dsk.gateway", "hosts.server.networks.7", "nothing.there"])
def test_patches_to_nowhere_are_told(tmp_path, path):
    scenario = load(changed(tmp_path, (OFF, f"{path}: x")))
    with pytest.raises(ScenarioError, match=f"no such place `{path}`"):
        resolve(scenario, 0, without={"no-authentication"})


def test_all_mistakes_come_at_once(tmp_path):
    pack = changed(
        tmp_path,
        ("wiring: {mains: grid}", "wiring: {mains: gird}"),
        ("host: genset-ctl", "host: genset-clt"),
        ("source: tools/hello.sh", "source: tools/helo.sh"),
        ("task: find-genset}", "task: find-gensets}"),
        ("objectives: [ready]", "objectives: [redy]"),
        ("answer: {flag: page}", "answer: {flag: pgae}"),
    )
    found = {problem.where: problem for problem in mistakes(pack)}
    assert found.keys() == {
        "field_systems.genset.wiring.mains",
        "field_systems.genset.host",
        "hosts.desk.files./usr/local/bin/hello.source",
        "metrics.found.task",
        "goals.lights-on.objectives.0",
        "tasks.read-page.answer.flag",
    }
    assert all("did you mean" in problem.remedy for problem in found.values())
    lines = (pack / "scenario.yaml").read_text(encoding="utf-8").splitlines()
    for problem in found.values():
        bad = problem.message.split("`")[1]
        assert lines[problem.line - 1][problem.column - 1 :].startswith(bad)


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        (
            "user: trainee}\n  intruder",
            "user: trane}\n  intruder",
            "actors.trainee.user",
            "no user",
        ),
        ("modbus: 502", "modbus: 80", "field_systems.genset.screen", "port 80"),
        ("blackout: 30 s", "blackout: 11 min", "scripts.morning.events.blackout", "outside"),
        ("min_score: 33%", "min_score: 201", "evaluations.readiness.min_score", "200 at most"),
        (
            "task: find-genset}",
            "condition: in-auto, max_score: 1}",
            "metrics.found.condition",
            "already",
        ),
        ("point: grid.available", "point: grid", "injects.mains-fail.point", "not a point"),
        ("point: grid.available", "point: gird.available", "injects.mains-fail.point", "no field"),
        ("to: [trainee]", "to: [trainees]", "injects.notice.to.0", "no actor"),
        ('genset.mode == "auto"', "gensets.mode == 1", "conditions.in-auto.expression", "gensets"),
        (
            "owner: trainee",
            "owner: traine",
            "hosts.desk.files./home/trainee/README.owner",
            "no user",
        ),
        ("/home/trainee/README", "/usr/bin/x", "hosts.desk.files./usr/bin/x", "cannot write"),
        ("trainee: {groups", "daemon: {groups", "hosts.desk.users.daemon", "always exists"),
        (
            "run: solutions/block.sh",
            "run: firewall/edge.nft",
            "weaknesses.no-authentication.fix.run",
            "no interp",
        ),
        (
            "run: solutions/find.sh",
            "run: services/page.py",
            "tasks.find-genset.solution.run",
            "given a flag",
        ),
        (
            "{host: edge, user: root,",
            "{host: edge,",
            "weaknesses.no-authentication.fix",
            "no host and user",
        ),
        (
            "services/page.py:main",
            "bachang.services.pagse:main",
            "hosts.server.services.page.python",
            "no service module",
        ),
        ("requires: [find-genset]", "requires: [find]", "tasks.read-page.requires.0", "no task"),
    ],
)
def test_each_mistake_has_its_place(tmp_path, old, new, where, message):
    found = {problem.where: problem for problem in mistakes(changed(tmp_path, (old, new)))}
    assert where in found
    assert message in found[where].message
    assert found[where].remedy


def test_a_name_is_one_host_or_router(tmp_path):
    pack = written(tmp_path / "p", "routers: {a: {}}\nhosts: {a: {}}\n")
    assert "is also the name of a host" in mistakes(pack)[0].message


def test_firewalls_must_not_let_one_ip_version_through(tmp_path):
    pack = changed(tmp_path)
    (pack / "firewall" / "edge.nft").write_text("table ip filter {\n}\n")
    (problem,) = mistakes(pack)
    assert problem.where == "routers.edge.firewall.source"
    assert "table inet" in problem.remedy


def test_a_folder_comes_with_all_its_files_and_no_link_out(tmp_path):
    pack = changed(tmp_path, ("{source: tools/hello.sh, mode", "{source: texts, mode"))
    files = {file.path for file in host(resolve(load(pack), 0), "desk").files}
    assert {"/usr/local/bin/hello/find.en.md", "/usr/local/bin/hello/find.zh.md"} <= files
    (pack / "texts" / "link").symlink_to("/etc/hostname")
    (problem,) = mistakes(pack)
    assert "`texts/link` is a link out of the pack" in problem.message


def test_hosts_with_a_firewall_may_change_it(tmp_path):
    old = "    tools: [curl]\n"
    pack = changed(tmp_path, (old, old + "    firewall: {text: 'table inet f {}'}\n"))
    plan = resolve(load(pack), 0)
    assert [one.name for one in plan.world.hosts if one.net_admin] == ["edge", "desk"]

"""Lint: each check has something that it finds, and something near that it leaves alone."""

from __future__ import annotations

import pytest

from bachang.plan import lint
from bachang.scenario import Problem, load
from tests.plan.worlds import SMALL, changed, written

HINT = "{text: {en: Look into the plant network, zh: 看看生产网}, penalty: 10}"
TEXT = "{en: What does the server's page say?, zh: 服务器的网页上写着什么？}"
TASK = "answer: 10.20.20.21\n    hints:"
DESK = "    tools: [curl]\n"
SOLUTION = "solution: {actor: trainee, run: solutions/find.sh, answer: 10.20.20.21}"


def found(tmp_path, *pairs: tuple[str, str]) -> tuple[Problem, ...]:
    return lint(load(changed(tmp_path, *pairs)))


def only(tmp_path, *pairs: tuple[str, str]) -> Problem:
    (problem,) = found(tmp_path, *pairs)
    assert problem.remedy
    return problem


def test_the_small_pack_is_clean():
    assert lint(load(SMALL)) == ()


# ---- leaked answers --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (TEXT, "{en: Not 10.20.20.21., zh: 无}", None),
        ("en: Find the genset,", "en: Find 10.20.20.21,", "tasks.find-genset.title"),
        ("en: A small world for tests", "en: see (10.20.20.21)", "description"),
        ("zh: 市电中断", "zh: 去看10.20.20.21吧", "injects.notice.message"),
        (
            HINT,
            HINT.replace("plant network, zh", "plant, zh").replace("网}", "网 10.20.20.21}"),
            None,
        ),
        ("zh: 看看生产网}, penalty: 10}", "zh: 10.20.20.21}}", "tasks.find-genset.hints.0"),
        ("{en: Keep the genset in", "{en: Not 10.20.20.211 or 110.20.20.21 in", None),
        ("{en: Keep the genset in", "{en: 10.20.20.21 in", "tasks.keep-auto.text"),
    ],
)
def test_texts_must_not_give_answers_away(tmp_path, old, new, where):
    """A task that needs this one, and a hint that costs, may name the answer."""
    problems = found(tmp_path, (old, new))
    assert [problem.where for problem in problems] == ([where] if where else [])


def test_flags_must_not_stand_in_texts(tmp_path):
    problem = only(tmp_path, (TEXT, "{en: 'Is it ${flag:page}?', zh: 无}"))
    assert problem.where == "tasks.read-page.text"
    assert "gives away the answer of task `read-page`" in problem.message


# ---- reachability ----------------------------------------------------------------------


def test_hosts_without_a_way_are_told(tmp_path):
    problem = only(tmp_path, ("  server:\n", "  attic: {title: {en: A, zh: 阁}}\n  server:\n"))
    assert (problem.where, problem.line) == ("hosts.attic", 33)


def test_a_way_there_is_none_without_a_way_back(tmp_path):
    old = "networks: {plant: 10.20.20.21}"
    problem = only(tmp_path, (old, f"{old}\n    gateway: none"))
    assert problem.where == "hosts.genset-ctl"


def test_without_actors_hosts_must_reach_each_other(tmp_path):
    text = "networks: {a: {cidr: 10.0.1.0/24}, b: {cidr: 10.0.2.0/24}}\n"
    apart = lint(
        load(written(tmp_path / "x", text + "hosts: {h: {networks: a}, i: {networks: b}}"))
    )
    assert {"hosts.h", "hosts.i"} <= {problem.where for problem in apart}
    near = lint(load(written(tmp_path / "y", text + "hosts: {h: {networks: a}, i: {networks: a}}")))
    assert [problem for problem in near if "reach" in problem.message] == []


# ---- tasks -----------------------------------------------------------------------------


def test_tasks_that_wait_for_each_other_are_told(tmp_path):
    problems = found(tmp_path, (TASK, f"requires: [read-page]\n    {TASK}"))
    assert {problem.where for problem in problems} == {
        "tasks.find-genset.requires",
        "tasks.read-page.requires",
    }


def test_a_flag_out_of_reach_is_told(tmp_path):
    problem = only(
        tmp_path,
        ("answer: {flag: page}", "answer: {flag: nameplate}"),
        ("screen: 80\n", "screen: 80\n    title: {en: G, zh: 机}\n"),
        ("    title: {en: Genset, zh: 发电机组}\n", ""),
        ("    host: genset-ctl\n    modbus: 502\n    screen: 80\n", ""),
    )
    assert problem.where == "tasks.read-page.answer"


def test_a_flag_in_a_device_within_reach_is_fine(tmp_path):
    assert found(tmp_path, ("answer: {flag: page}", "answer: {flag: nameplate}")) == ()


@pytest.mark.parametrize(("penalty", "finds"), [("100", 0), ("101", 1)])
def test_hints_must_not_cost_more_than_the_task(tmp_path, penalty, finds):
    problems = found(tmp_path, ("penalty: 10}", f"penalty: {penalty}}}"))
    assert [problem.where for problem in problems] == ["tasks.find-genset.hints"] * finds


# ---- the rest --------------------------------------------------------------------------


def test_unused_variables_are_told(tmp_path):
    added = "  pin: {type: digits, length: 6}\n  pan: {type: hex}\n"
    problem = only(tmp_path, ("  pin: {type: digits, length: 6}\n", added))
    assert (problem.where, problem.line, problem.column) == ("variables.pan", 8, 3)


def test_a_variable_in_a_file_is_used(tmp_path):
    assert (
        found(
            tmp_path,
            ('password: "${pin}"', "password: x"),
            ("Your pin is ${pin}", "Your pin is a secret"),
        )
        == ()
    )


def test_overlapping_networks_are_told(tmp_path):
    problems = found(tmp_path, ("cidr: 10.20.20.0/24", "cidr: 10.20.0.0/16"))
    assert [problem.where for problem in problems] == ["networks.plant.cidr"]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("title: {en: Read the page, zh: 读网页}", "title: Read the page", "tasks.read-page.title"),
        ("title: {en: Office, zh: 办公网}", "title: {zh: 办公网}", "networks.office.title"),
        (
            '{source: "texts/find.{lang}.md"}',
            "{source: texts/find.en.md}",
            "tasks.find-genset.text",
        ),
        ("zh: 切手动}}", "}}", "actors.intruder.actions.0.title"),
    ],
)
def test_missing_translations_are_told(tmp_path, old, new, where):
    assert only(tmp_path, (old, new)).where == where


@pytest.mark.parametrize("probe", ["exploit", "exploited", "fix", "service", "serving", "off"])
def test_weaknesses_need_all_their_probes(tmp_path, probe):
    text = (SMALL / "scenario.yaml").read_text(encoding="utf-8")
    block = text[text.index("weaknesses:") : text.index("tasks:")]
    (line,) = [one for one in block.splitlines(keepends=True) if one.startswith(f"    {probe}:")]
    problem = only(tmp_path, (line, ""))
    assert problem.where == "weaknesses.no-authentication"
    assert f"no `{probe}`" in problem.message


OFF = "off: {routers.edge.firewall.source: firewall/edge-strict.nft}"


@pytest.mark.parametrize(
    ("off", "message"),
    [
        ("routers.edge.firewall.source: firewall/edge.nft", "changes nothing"),
        ("routers.egde.firewall.source: firewall/edge.nft", "no such place"),
        ("routers.edge.firewall.source: firewall/no.nft", "no file"),
        ("routers.edge.firewall.sauce: x", "unknown key"),
    ],
)
def test_a_weakness_must_really_go_off(tmp_path, off, message):
    problem = only(tmp_path, (OFF, f"off: {{{off}}}"))
    assert problem.where == "weaknesses.no-authentication.off"
    assert message in problem.message


@pytest.mark.parametrize("expression", ["genset.mode ==", "genset.mode = 1", "(time_s > 1.0"])
def test_expressions_must_be_cel(tmp_path, expression):
    problem = only(tmp_path, ('genset.mode == "manual"', expression))
    assert problem.where == "weaknesses.no-authentication.exploited"
    assert "not CEL" in problem.message


@pytest.mark.parametrize(
    "expression",
    [
        'services.all(s, services[s] == "up")',
        '"gird.available" == "x" || grid.available',
        "[1, 2].exists(n, n == 1) && true",
    ],
)
def test_expressions_may_use_strings_lists_and_macros(tmp_path, expression):
    assert (
        found(tmp_path, ('services["server/page"] == "up" && time_s > 1.0', f"'{expression}'"))
        == ()
    )


def test_points_are_checked_where_they_are_known():
    points = {"genset": ["mode", "speed_rpm"], "grid": ["available"]}
    assert lint(load(SMALL), points=points) == ()
    wheres = {
        problem.where for problem in lint(load(SMALL), points={"genset": ["mod"], "grid": []})
    }
    assert wheres == {
        "conditions.in-auto.expression",
        "weaknesses.no-authentication.exploited",
        "injects.mains-fail.point",
    }


def test_what_types_say_has_its_place():
    lines = ["genset: no type 'x'", "genset.name: too long", "genset.mains: no"]
    problems = lint(load(SMALL), faults=lambda systems: lines if len(list(systems)) == 2 else [])
    assert [(problem.where, problem.message) for problem in problems] == [
        ("field_systems.genset", "no type 'x'"),
        ("field_systems.genset.settings.name", "too long"),
        ("field_systems.genset.wiring.mains", "no"),
    ]
    assert [problem.line for problem in problems] == [44, 50, 51]


# ---- tools -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "finds"),
    [
        ("[ss, -tn]", 0),
        ("[curl, 'http://10.20.10.2:8080']", 0),
        ("[/usr/bin/curl, x]", 0),
        ("[hello]", 0),
        ("[nmap, 10.20.20.0/24]", 1),
    ],
)
def test_commands_must_be_there(tmp_path, command, finds):
    new = SOLUTION.replace("run: solutions/find.sh", f"command: {command}")
    problems = found(tmp_path, (SOLUTION, new))
    assert [problem.where for problem in problems] == ["tasks.find-genset.solution.command"] * finds


@pytest.mark.parametrize(
    ("name", "script", "finds"),
    [
        ("find.sh", "ss -tn | grep 502; nmap -p 502 10.20.20.0/24\n", 1),
        ("find.sh", "echo nmap is not needed\n# nmap\ncurl x\n", 0),
        ("find.sh", "if ! ping -c 1 10.20.20.21; then exit 1; fi\n", 1),
        ("find.sh", "sudo timeout 5 nmap x\n", 1),
        ("find.py", "import subprocess\nsubprocess.run(['nmap', '-p', '502'])\n", 1),
        ("find.py", "print('nmap')\n", 0),
    ],
)
def test_tools_in_scripts_must_be_declared(tmp_path, name, script, finds):
    pack = changed(tmp_path, ("run: solutions/find.sh", f"run: solutions/{name}"))
    (pack / "solutions" / name).write_text(script, encoding="utf-8")
    problems = lint(load(pack))
    assert [problem.where for problem in problems] == ["tasks.find-genset.solution.run"] * finds


@pytest.mark.parametrize(("tools", "finds"), [("[curl]", 1), ("[curl, openssh-server]", 0)])
def test_services_of_the_machine_must_be_declared(tmp_path, tools, finds):
    service = "    services: {ssh: {program: [/usr/sbin/sshd, -D], port: 22}}\n"
    problems = found(tmp_path, (DESK, f"    tools: {tools}\n{service}"))
    assert [problem.where for problem in problems] == ["hosts.desk.services.ssh.program"] * finds

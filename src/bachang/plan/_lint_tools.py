"""Programs that services and scripts use: of the base, of the host's own files, or declared.

A command line is checked strictly. In scripts only programs are looked for that are known to
come with a package of their own, so that a shell function or a word is no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from bachang.plan._draft import Draft
from bachang.plan._model import Plan, Program
from bachang.plan._world import Host, ServiceKind
from bachang.scenario import Problem, Where

_BASE = """
awk base64 basename bash bridge cat chgrp chmod chown cmp comm cp cut date dd df diff
dirname du echo egrep env expr false fgrep find flock free getent getopt grep groups gunzip
gzip head hostname id install ip join kill ln logger login ls md5sum mkdir mkfifo mktemp
more mount mv nft nice nl nohup nproc od passwd paste pgrep pidof pidwait pkill printf ps
pwd python3 readlink realpath rev rm rmdir sed seq setsid sh sha256sum shuf sleep sort split
ss stat stty su sync sysctl tac tail tar tee test timeout top touch tr true truncate tty
uname uniq unlink uptime wc watch which whoami xargs yes zcat
"""
BASE_PROGRAMS = frozenset(_BASE.split())
"""What every host has: essential packages, procps, iproute2, nftables and Python."""

PACKAGES = {
    "curl": "curl",
    "dig": "bind9-dnsutils",
    "dnsmasq": "dnsmasq-base",
    "git": "git",
    "hping3": "hping3",
    "hydra": "hydra",
    "jq": "jq",
    "mbpoll": "mbpoll",
    "mosquitto": "mosquitto",
    "mosquitto_pub": "mosquitto-clients",
    "mosquitto_sub": "mosquitto-clients",
    "nano": "nano",
    "nc": "netcat-openbsd",
    "ncat": "ncat",
    "nginx": "nginx-light",
    "nmap": "nmap",
    "nslookup": "bind9-dnsutils",
    "openssl": "openssl",
    "perl": "perl",
    "ping": "iputils-ping",
    "scp": "openssh-client",
    "socat": "socat",
    "sqlite3": "sqlite3",
    "ssh": "openssh-client",
    "sshd": "openssh-server",
    "sshpass": "sshpass",
    "strace": "strace",
    "tcpdump": "tcpdump",
    "telnet": "telnet",
    "tmux": "tmux",
    "traceroute": "traceroute",
    "tshark": "tshark",
    "vim": "vim",
    "wget": "wget",
}
"""Programs that packs use and the Debian package that brings each."""

_LEADS = r"(?:then|do|else|if|while|sudo|exec|time|nohup|xargs|timeout\s+\S+)\s"
_SHELL_COMMAND = re.compile(
    rf"(?:^|[|;&(`]|\$\(|\b{_LEADS})\s*(?:!\s+)?(?!{_LEADS})([a-z][a-z0-9_]+)(?=[\s;|&)]|$)",
    re.MULTILINE,
)
_PYTHON_COMMAND = re.compile(r"[\[(]\s*[\"'](?:/usr/s?bin/)?([a-z][a-z0-9_]+)[\"']\s*[,\]]")


def undeclared_tools(draft: Draft, plan: Plan) -> Iterator[Problem]:
    """Programs that a host uses without having or declaring them."""
    hosts = {host.name: host for host in plan.world.hosts}
    for host in plan.world.hosts:
        for service in host.services:
            if service.kind is ServiceKind.PROGRAM:
                where = (*draft.section(host.name), "services", service.name, "program")
                yield from _command(draft, where, host, service.argv[0])
    for where, program in _programs(plan):
        host = hosts[program.host]
        if program.script is None:
            yield from _command(draft, (*where, "command"), host, program.argv[0])
        else:
            yield from _script(draft, (*where, "run"), host, program)


def _programs(plan: Plan) -> Iterator[tuple[Where, Program]]:
    for weakness in plan.exercise.weaknesses:
        for probe in ("exploit", "fix", "service"):
            yield ("weaknesses", weakness.name, probe), getattr(weakness, probe)
    for task in plan.exercise.tasks:
        if task.solution is not None:
            yield ("tasks", task.name, "solution"), task.solution
    for inject in plan.exercise.injects:
        if inject.program is not None:
            yield ("injects", inject.name, "program"), inject.program
    for actor in plan.exercise.actors:
        for index, action in enumerate(actor.actions):
            yield ("actors", actor.name, "actions", index), action.program


def _command(draft: Draft, where: Where, host: Host, program: str) -> Iterator[Problem]:
    name = PurePosixPath(program).name
    if name in BASE_PROGRAMS or _own(host, program):
        return
    package = PACKAGES.get(name)
    if package is None and host.tools:
        return
    if package is None or package not in host.tools:
        yield _undeclared(draft, where, host, name, package or name)


def _script(draft: Draft, where: Where, host: Host, program: Program) -> Iterator[Problem]:
    text = (program.script or b"").decode(errors="replace")
    pattern = _PYTHON_COMMAND if program.argv[0] == "python3" else _SHELL_COMMAND
    for name in sorted(set(pattern.findall(text))):
        if name in PACKAGES and PACKAGES[name] not in host.tools and not _own(host, name):
            yield _undeclared(draft, where, host, name, PACKAGES[name])


def _own(host: Host, program: str) -> bool:
    """Does the program come with the host's files?"""
    folders = ("/usr/local/bin", "/usr/local/sbin")
    paths = {program, *(f"{folder}/{program}" for folder in folders)}
    return any(file.path in paths for file in host.files)


def _undeclared(draft: Draft, where: Where, host: Host, name: str, package: str) -> Problem:
    message = f"uses `{name}`, which host `{host.name}` does not declare"
    return draft.scenario.document.problem(where, message, f"add `tools: [{package}]` to the host")

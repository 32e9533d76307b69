"""A new pack: two hosts and a task that works."""

from __future__ import annotations

from bachang.portal.models import NewPack
from bachang.scenario import FILE_NAME


def first_files(new: NewPack) -> dict[str, bytes]:
    """The files of a new pack."""
    title = (new.title or new.name).replace("\\", "").replace('"', "'")
    scenario = _SCENARIO.format(name=new.name, title=title).encode()
    return {FILE_NAME: scenario, "solutions/look.sh": _SOLUTION}


_SOLUTION = b"hostname -I\n"
_SCENARIO = """\
bachang: 1
name: {name}
title: {{en: "{title}", zh: "{title}"}}
description: {{en: Two hosts in one network., zh: 同一网络中的两台主机。}}
networks:
  office: {{cidr: 10.20.10.0/24, title: {{en: Office, zh: 办公网}}}}
hosts:
  desk:
    title: {{en: Workstation, zh: 工作站}}
    networks: {{office: 10.20.10.11}}
    users:
      trainee: {{}}
  server:
    title: {{en: Server, zh: 服务器}}
    networks: {{office: 10.20.10.21}}
actors:
  trainee: {{role: blue, host: desk, user: trainee}}
tasks:
  look-around:
    level: 1
    title: {{en: Look around, zh: 看看周围}}
    text: {{en: Which address has the workstation?, zh: 工作站的地址是什么？}}
    points: 50
    answer: 10.20.10.11
    solution: {{actor: trainee, run: solutions/look.sh, answer: 10.20.10.11}}
"""

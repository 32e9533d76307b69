#!/usr/bin/python3
"""A device's operator panel for people at a terminal: read its settings and change them.

One file, standard library only. Panels have names in /etc/panels, one a line: ``name address``.
The password is asked for, or taken from the variable PANEL_PASSWORD.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
import urllib.error
import urllib.request

PANELS = os.environ.get("PANELS", "/etc/panels")
TIMEOUT_S = 4.0
CHINESE = os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh")


class TroubleError(Exception):
    """Something to tell the user in one line."""


def say(english: str, chinese: str) -> str:
    """The text in the user's language."""
    return chinese if CHINESE else english


def locate(name: str) -> str:
    """Address of a panel by its name; an address stands for itself."""
    try:
        with open(PANELS, encoding="utf-8") as file:
            known = dict(line.split()[:2] for line in file if line.strip() and line[0] != "#")
    except OSError:
        known = {}
    if name in known:
        return known[name]
    if name[:1].isdigit():
        return name
    names = ", ".join(known) or "-"
    raise TroubleError(
        say(f"no panel “{name}”; known here: {names}", f"没有面板“{name}”；已知面板：{names}")
    )


class Panel:
    """One panel, with a session once logged in."""

    def __init__(self, name: str) -> None:
        self._base = f"http://{locate(name)}"
        self._cookie = ""

    def ask(self, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
        """One request; a body is posted as JSON.

        Raises:
            TroubleError: no answer, or refused (with the panel's own words).
        """
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Cookie": self._cookie}
        request = urllib.request.Request(self._base + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                self._cookie = answer.headers.get("Set-Cookie", self._cookie).partition(";")[0]
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise TroubleError(_words(error)) from error
        except OSError as error:
            raise TroubleError(
                say(f"the panel does not answer: {error}", f"面板没有应答：{error}")
            ) from error

    def login(self) -> None:
        """Log in as the operator."""
        password = os.environ.get("PANEL_PASSWORD")
        if password is None:
            password = getpass.getpass(say("panel password: ", "面板密码："))
        self.ask("/api/login", {"password": password})

    def set(self, name: str, text: str) -> None:
        """Change a setting; the value takes the type that the setting has."""
        self.ask("/api/command", {"point": name, "value": self._typed(name, text)})

    def _typed(self, name: str, text: str) -> object:
        current = self.ask("/api/settings").get(name, "" if name.endswith("password") else 0)
        if isinstance(current, bool):
            return text.lower() in ("on", "true", "1", "yes")
        if isinstance(current, str):
            return text
        try:
            number = float(text)
        except ValueError:
            raise TroubleError(
                say(f"{name}: “{text}” is not a number", f"{name}：“{text}”不是数字")
            ) from None
        return int(number) if number.is_integer() else number


def _words(error: urllib.error.HTTPError) -> str:
    """What the panel says, in the user's language."""
    try:
        told = json.load(error)["error"]
        return str(told["zh" if CHINESE else "en"])
    except (ValueError, KeyError, TypeError):
        return say(f"the panel says {error.code}", f"面板返回 {error.code}")


def parser() -> argparse.ArgumentParser:
    """The command line, in the user's language."""
    main = argparse.ArgumentParser(
        prog="panel",
        description=say("A device's operator panel.", "设备的操作面板。"),
        epilog=say(
            "Examples:  panel genset                          all settings\n"
            "           panel genset warm_up_s 2 safety_on_s 5    change two\n"
            "           panel genset panel_password 'our own'     a new password",
            "示例：  panel genset                          全部设定\n"
            "        panel genset warm_up_s 2 safety_on_s 5    修改两项\n"
            "        panel genset panel_password '自己的密码'    换密码",
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    main.add_argument("panel", help=say("name or address", "面板名或地址"))
    pairs = say("SETTING VALUE, several if you like", "设定项 数值，可写多组")
    main.add_argument("pairs", nargs="*", metavar="SETTING VALUE", help=pairs)
    return main


def run(arguments: argparse.Namespace) -> None:
    """Do what the command line says."""
    pairs = list(zip(arguments.pairs[::2], arguments.pairs[1::2], strict=False))
    if len(arguments.pairs) % 2:
        raise TroubleError(say("give each setting a value", "每个设定项后面要跟一个数值"))
    panel = Panel(arguments.panel)
    panel.login()
    for name, text in pairs:
        panel.set(name, text)
        print(f"{name} = {'•' * 6 if name.endswith(('password', 'code')) else text}")
        if name == "panel_password":
            os.environ["PANEL_PASSWORD"] = text
            panel.login()
    if not pairs:
        for name, value in panel.ask("/api/settings").items():
            print(f"{name:<26} {value}")


def main() -> int:
    """Entry point; 0 done, 1 the panel or network said no, 2 wrong usage."""
    try:
        run(parser().parse_args())
    except TroubleError as error:
        print(f"panel: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

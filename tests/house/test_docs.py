"""What the documentation shows exists, and its two languages keep step."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bachang.cli._main import app
from bachang.plan import lint, resolve
from bachang.scenario import load

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").rglob("*.md")])
TRANSLATED = [
    (ROOT / "README.md", ROOT / "README.zh-CN.md"),
    *(
        (path.with_name(path.name.replace(".zh.", ".")), path)
        for path in PAGES
        if ".zh." in path.name
    ),
]
CODE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")


def commands(page: Path) -> list[str]:
    """Everything that a page shows as a command line."""
    text = page.read_text(encoding="utf-8")
    lines = [line for _, block in CODE.findall(text) for line in block.splitlines()]
    return [line.split("#")[0].strip() for line in [*lines, *INLINE.findall(CODE.sub("", text))]]


def shown(pattern: str) -> list[tuple[str, str, str]]:
    """Page, first group and rest of each command that begins with a pattern."""
    found = [(page, re.match(pattern, line)) for page in PAGES for line in commands(page)]
    return [(page.name, match[1], match.string[match.end() :]) for page, match in found if match]


def group() -> Any:
    """The ``bachang`` command with its sub-commands."""
    return typer.main.get_command(app)


def test_commands_and_their_options_exist():
    for page, name, rest in shown(r"(?:\.venv/bin/)?bachang ([a-z]\S*)"):
        command = group().get_command(None, name)
        assert command, f"{page}: no command {name}"
        known = {option for one in command.params for option in one.opts} | {"--help"}
        options = re.findall(r"(?<=\s)--?[a-z][a-z-]*", re.split(r" -- | \\| ", rest)[0])
        assert set(options) <= known, f"{page}: bachang {name}{rest}"


def test_every_command_is_documented():
    documented = {name for page, name, _ in shown(r"bachang ([a-z]\S*)") if page == "commands.md"}
    assert set(group().list_commands(None)) == documented


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {name for _, name, _ in shown(r"make ([a-z-]+)")} <= targets


def test_tests_that_prove_a_promise_exist():
    page = (ROOT / "docs" / "developer" / "proof.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", page)
    for file, name in named:
        assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), name
    suite = ROOT / "src" / "bachang" / "fabric" / "conformance" / "__init__.py"
    classes = set(re.findall(r"`(Test\w+)`", page))
    assert classes <= set(re.findall(r'"(Test\w+)"', suite.read_text(encoding="utf-8")))
    assert named
    assert classes


@pytest.mark.parametrize(("english", "chinese"), TRANSLATED, ids=lambda path: path.name)
def test_translations_keep_step(english, chinese):
    assert skeleton(english) == skeleton(chinese)


def skeleton(page: Path) -> list[str]:
    """Levels of headings, rows of tables and code without comments, in order."""
    text = page.read_text(encoding="utf-8")
    parts = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    found: list[str] = []
    for part in parts:
        if part.startswith("```"):
            found += [re.sub(r"\s+#.*", "", line) for line in part.splitlines()]
        else:
            found += re.findall(r"^(#+ |\||- )", part, re.MULTILINE)
    return found


def test_the_first_pack_is_clean(tmp_path):
    (tmp_path / "scenario.yaml").write_text(yaml_of("author/pack.md")[0], encoding="utf-8")
    scenario = load(tmp_path)
    resolve(scenario, "0")
    assert lint(scenario) == ()


def test_fragments_of_the_language_are_as_described(tmp_path):
    for block in yaml_of("author/scenario.md", "yml"):
        head = "bachang: 1\nname: fragment\ntitle: Fragment\n"
        (tmp_path / "scenario.yaml").write_text(head + block, encoding="utf-8")
        assert load(tmp_path).name == "fragment"


def test_the_language_is_as_described(tmp_path):
    head = "bachang: 1\nname: example\ntitle: Example\n"
    blocks = yaml_of("author/scenario.md")
    (tmp_path / "scenario.yaml").write_text(head + "".join(blocks), encoding="utf-8")
    assert load(tmp_path).raw.tasks["how-long"].points == 100


def yaml_of(page: str, fence: str = "yaml") -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [block for language, block in CODE.findall(text) if language == fence]

"""The file that describes an identity provider, as `bachang serve --oidc` reads it."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
import typer

from bachang.cli._serve import _provider as provider
from tests.cli.calling import bachang
from tests.portal.people import PACKS
from tests.portal.test_restart import Process, free_port

GOOD = """
title = "Zone 园区"
issuer = "https://id.example/realms/zone"
client_id = "bachang"
client_secret = "0123456789"
roles = ["trainee", "author"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "provider.toml"
    file.write_text(GOOD, encoding="utf-8")
    file.chmod(0o600)
    return file


def test_a_good_file(home: Path, file: Path) -> None:
    portal = Process(free_port(), "--packs", str(PACKS), "--oidc", str(file))
    session = httpx2.get(f"{portal.origin}/api/session").json()
    assert session["sign_in"]["oidc"] == "Zone 园区"
    assert portal.stop() == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("client_secret", "#"), "client_secret"),
        (GOOD + "secret = 1\n", "secret"),
        (GOOD.replace('"bachang"', "7"), "client_id"),
        (GOOD.replace('"Zone 园区"', '""'), "title"),
        (GOOD.replace('["trainee", "author"]', '"trainee"'), "roles"),
        (GOOD.replace('"author"', '"owner"'), "owner"),
        (GOOD.replace("https://id.example", "http://id.example"), "https"),
        (GOOD.replace("https://id.example", "id.example"), "issuer"),
        ("title: Zone\nissuer: https://id.example\n", "provider.toml"),
        ("title = 'x", "provider.toml"),
        ("", "provider.toml"),
    ],
)
def test_a_file_that_describes_none(
    file: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(typer.Exit) as ended:
        provider(file)
    words = " ".join(capsys.readouterr().err.split())
    assert ended.value.exit_code == 1, words
    assert said in words
    assert "describes no identity provider" in words
    assert "client_id, client_secret, issuer, roles, title" in words
    assert "Traceback" not in words
    assert "0123456789" not in words


def test_a_file_that_is_no_text(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_bytes(b"title = '\xff'")
    with pytest.raises(typer.Exit):
        provider(file)
    assert "describes no identity provider" in " ".join(capsys.readouterr().err.split())


def test_a_file_that_cannot_be_read(home: Path, file: Path) -> None:
    file.chmod(0o000)
    answer = bachang("serve", "--oidc", str(file))
    assert answer.status == 2
    assert "not readable" in " ".join(answer.err.split())


def test_a_secret_that_everybody_could_read(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.chmod(0o604)
    with pytest.raises(typer.Exit):
        provider(file)
    assert "chmod o=" in " ".join(capsys.readouterr().err.split())

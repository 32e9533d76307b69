"""The trainee's Modbus tool, as a trainee runs it, in both languages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import breaker

TOOL = Path(__file__).parents[2] / "packs/blackout/tools/modbus.py"


@pytest.fixture(name="device")
def _device() -> Iterator[breaker.Breakers]:
    with breaker.served(breaker.Breakers()) as device:
        yield device


def modbus(
    *words: str, devices: Path | None = None, language: str = "C.UTF-8"
) -> subprocess.CompletedProcess[str]:
    environment = {
        "LANG": language,
        "PYTHONUTF8": "1",
        "MODBUS_DEVICES": str(devices or "/nonexistent"),
    }
    return subprocess.run(
        [sys.executable, str(TOOL), *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_reads_a_register(device: breaker.Breakers) -> None:
    result = modbus("read", device.address, "register", "6")
    assert (result.returncode, result.stdout) == (0, "register 6     5000\n")


def test_reads_coils_by_a_name_of_the_device_file(device: breaker.Breakers, tmp_path: Path) -> None:
    names = tmp_path / "devices"
    names.write_text(f"# name address unit\ngenset {device.address} 1\n")
    result = modbus("read", "genset", "coil", "6", "2", devices=names)
    assert result.stdout == "coil 6     on\ncoil 7     off\n"


def test_writes_a_coil(device: breaker.Breakers) -> None:
    result = modbus("write", device.address, "coil", "6", "on")
    assert (result.returncode, result.stdout) == (0, "done\n")
    assert device.closed[6] is False


def test_says_what_the_device_refuses(device: breaker.Breakers) -> None:
    assert "nothing at that address" in modbus("read", device.address, "register", "9").stderr
    chinese = modbus("read", device.address, "register", "9", language="zh_CN.UTF-8")
    assert chinese.returncode == 1
    assert "此地址不存在" in chinese.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("read", "genset", "register", "1"), "no device “genset”"),
        (("read", "127.0.0.1:1", "coil", "0"), "does not answer"),
        (("write", "127.0.0.1:1", "coil", "0", "maybe"), "does not answer"),
    ],
)
def test_says_what_is_wrong(words: tuple[str, ...], said: str) -> None:
    result = modbus(*words)
    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("values", "said"),
    [(("coil", "6", "maybe"), "on | off"), (("register", "6", "many"), "not a whole number")],
)
def test_refuses_values_that_it_does_not_understand(
    device: breaker.Breakers, values: tuple[str, ...], said: str
) -> None:
    result = modbus("write", device.address, *values)
    assert result.returncode == 1
    assert said in result.stderr
    assert device.closed[6] is True


def test_helps_in_both_languages() -> None:
    assert "Talk Modbus TCP to a device." in modbus("--help").stdout
    assert "用 Modbus TCP 与设备对话。" in modbus("--help", language="zh_CN.UTF-8").stdout

"""Short ways to write point tables."""

from __future__ import annotations

from collections.abc import Iterable

from bachang.twins._contract import Access, ModbusAddress, Point, Table

WHITE = frozenset({Access.WHITE})
OPERATOR = frozenset({Access.WHITE, Access.OPERATOR})
ANYONE = frozenset({Access.WHITE, Access.OPERATOR, Access.FIELD})


def register(
    address: int, scale: float = 1.0, *, signed: bool = False, words: int = 1, write: bool = False
) -> ModbusAddress:
    """A holding register (or two, high word first)."""
    return ModbusAddress(
        table=Table.HOLDING_REGISTER,
        address=address,
        scale=scale,
        signed=signed,
        words=words,
        write=write,
    )


def status(address: int) -> ModbusAddress:
    """A status bit in the coil space: read only."""
    return ModbusAddress(table=Table.COIL, address=address)


def push(address: int) -> ModbusAddress:
    """A command in the coil space: write only."""
    return ModbusAddress(table=Table.COIL, address=address, read=False, write=True)


def measure(
    name: str,
    unit: str,
    en: str,
    zh: str,
    *addresses: ModbusAddress,
    recorded: bool = False,
    kind: type = float,
) -> Point:
    """A measured or counted quantity."""
    return Point(
        name=name,
        unit=unit,
        type=kind,
        addresses=addresses,
        recorded=recorded,
        title={"en": en, "zh": zh},
    )


def choice(name: str, choices: Iterable[str], en: str, zh: str, *addresses: ModbusAddress) -> Point:
    """A state, by name; its raw value is its place in the list of choices."""
    return Point(
        name=name,
        type=str,
        choices=tuple(choices),
        addresses=addresses,
        title={"en": en, "zh": zh},
    )


def flag(name: str, en: str, zh: str, *addresses: ModbusAddress, recorded: bool = False) -> Point:
    """Something that is so or not."""
    return Point(
        name=name,
        type=bool,
        addresses=addresses,
        recorded=recorded,
        title={"en": en, "zh": zh},
    )


def button(
    name: str,
    en: str,
    zh: str,
    *addresses: ModbusAddress,
    by: frozenset[Access] = ANYONE,
) -> Point:
    """A push button."""
    return Point(
        name=name,
        type=bool,
        addresses=addresses,
        writable_by=by,
        recorded=False,
        button=True,
        title={"en": en, "zh": zh},
    )


def setting(
    name: str,
    unit: str,
    low: float,
    high: float,
    en: str,
    zh: str,
    *addresses: ModbusAddress,
    by: frozenset[Access] = OPERATOR,
    kind: type = float,
) -> Point:
    """A number that the device keeps."""
    return Point(
        name=name,
        unit=unit,
        type=kind,
        low=low,
        high=high,
        addresses=addresses,
        writable_by=by,
        setting=True,
        recorded=False,
        title={"en": en, "zh": zh},
    )


def switch_setting(
    name: str, en: str, zh: str, *addresses: ModbusAddress, by: frozenset[Access] = OPERATOR
) -> Point:
    """A yes or no that the device keeps."""
    return Point(
        name=name,
        type=bool,
        addresses=addresses,
        writable_by=by,
        setting=True,
        recorded=False,
        title={"en": en, "zh": zh},
    )


def choice_setting(
    name: str,
    choices: Iterable[str],
    en: str,
    zh: str,
    *addresses: ModbusAddress,
    by: frozenset[Access] = OPERATOR,
) -> Point:
    """One of several, kept by the device."""
    return Point(
        name=name,
        type=str,
        choices=tuple(choices),
        addresses=addresses,
        writable_by=by,
        setting=True,
        recorded=False,
        title={"en": en, "zh": zh},
    )


def text_setting(
    name: str,
    en: str,
    zh: str,
    *,
    secret: bool = False,
    by: frozenset[Access] = OPERATOR,
) -> Point:
    """A text that the device keeps."""
    return Point(
        name=name,
        type=str,
        writable_by=by,
        setting=True,
        recorded=False,
        secret=secret,
        title={"en": en, "zh": zh},
    )


def knob(
    name: str,
    unit: str,
    low: float,
    high: float,
    en: str,
    zh: str,
    *,
    recorded: bool = False,
) -> Point:
    """A quantity of the world that exercise control can set."""
    return Point(
        name=name,
        unit=unit,
        low=low,
        high=high,
        writable_by=WHITE,
        recorded=recorded,
        title={"en": en, "zh": zh},
    )


def lever(name: str, en: str, zh: str) -> Point:
    """A yes or no of the world that exercise control can set."""
    return Point(
        name=name,
        type=bool,
        writable_by=WHITE,
        recorded=False,
        title={"en": en, "zh": zh},
    )


SECURITY = (
    text_setting("panel_password", "Panel password", "面板密码", secret=True),
    switch_setting("remote_lock", "Remote lock", "远程锁定"),
    text_setting("command_sources", "Allowed command sources", "允许的命令来源"),
)
"""Settings of every device that can be commanded from a network. ``command_sources`` is a
comma-separated list of addresses and prefixes; empty: anyone."""

RESTORE = button("restore_settings", "Restore settings", "恢复设置", by=WHITE)

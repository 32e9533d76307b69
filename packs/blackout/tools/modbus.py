#!/usr/bin/python3
"""A small Modbus TCP tool for people: read, write and watch a device's coils and registers.

One file, standard library only, so that it can be read in a minute and copied to any host.
Devices have names in /etc/modbus-devices, one a line: ``name address[:port] [unit]``.
"""

from __future__ import annotations

import argparse
import os
import socket
import struct
import sys
import time

DEVICES = os.environ.get("MODBUS_DEVICES", "/etc/modbus-devices")
TIMEOUT_S = 3.0
READ = {"coil": 1, "input": 2, "register": 3, "input-register": 4}
"""Kind of value to the function that reads it."""
ON = {"on": True, "1": True, "true": True, "off": False, "0": False, "false": False}
REASONS = {
    1: ("this device does not know that function", "设备不支持此功能码"),
    2: ("there is nothing at that address", "此地址不存在"),
    3: ("the device does not accept that value", "设备不接受此数值"),
    4: ("the device failed", "设备故障"),
    6: ("the device is busy, or a guard on the way says: not now", "设备忙，或中途的防护不放行"),
    11: ("the gateway cannot reach the device behind it", "网关连不上后面的设备"),
}
CHINESE = os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh")


class TroubleError(Exception):
    """Something to tell the user in one line."""


def say(english: str, chinese: str) -> str:
    """The text in the user's language."""
    return chinese if CHINESE else english


class Device:
    """A connection to one Modbus TCP device.

    Args:
        name: a name of the device file, or ``address[:port]``.
    """

    def __init__(self, name: str) -> None:
        address, port, self.unit = locate(name)
        self._sequence = 0
        try:
            self._socket = socket.create_connection((address, port), TIMEOUT_S)
        except OSError as error:
            raise TroubleError(
                say(
                    f"{name} ({address}:{port}) does not answer: {error}",
                    f"连不上 {name}（{address}:{port}）：{error}",
                )
            ) from error

    def ask(self, function: int, body: bytes) -> bytes:
        """Send one request; return the answer without its function code.

        Raises:
            TroubleError: no answer, or the device says no (with its reason).
        """
        self._sequence = (self._sequence + 1) & 0xFFFF
        head = struct.pack(">HHHBB", self._sequence, 0, len(body) + 2, self.unit, function)
        try:
            self._socket.sendall(head + body)
            length = struct.unpack(">HHH", self._exactly(6))[2]
            answer = self._exactly(length)
        except OSError as error:
            raise TroubleError(say(f"no answer: {error}", f"没有应答：{error}")) from error
        if answer[1] & 0x80:
            pair = REASONS.get(answer[2], ("refused", "被拒绝"))
            raise TroubleError(
                say(f"refused ({answer[2]}): {pair[0]}", f"被拒绝（{answer[2]}）：{pair[1]}")
            )
        return answer[2:]

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._socket.recv(count - len(data))
            if not part:
                raise ConnectionError(say("connection closed", "连接被关闭"))
            data += part
        return data

    def read(self, kind: str, address: int, count: int) -> list[int]:
        """Values from ``address`` on: 0 or 1 for bits, 0..65535 for registers."""
        data = self.ask(READ[kind], struct.pack(">HH", address, count))[1:]
        if kind in ("coil", "input"):
            return [data[i // 8] >> (i % 8) & 1 for i in range(count)]
        return list(struct.unpack(f">{count}H", data[: 2 * count]))

    def write(self, kind: str, address: int, values: list[str]) -> None:
        """Write one coil (on/off), or one register or several (0..65535)."""
        if kind == "coil":
            if len(values) != 1 or values[0].lower() not in ON:
                raise TroubleError(say("a coil is written with: on | off", "线圈只能写 on 或 off"))
            self.ask(5, struct.pack(">HH", address, 0xFF00 if ON[values[0].lower()] else 0))
            return
        if kind != "register":
            raise TroubleError(
                say("only coil and register can be written", "只能写 coil 和 register")
            )
        words = [whole(value) & 0xFFFF for value in values]
        packed = struct.pack(f">{len(words)}H", *words)
        if len(words) == 1:
            self.ask(6, struct.pack(">H", address) + packed)
        else:
            self.ask(16, struct.pack(">HHB", address, len(words), len(packed)) + packed)


def locate(name: str) -> tuple[str, int, int]:
    """Address, port and unit of a device by its name."""
    try:
        with open(DEVICES, encoding="utf-8") as file:
            known = [line.split() for line in file if line.strip() and not line.startswith("#")]
    except OSError:
        known = []
    for words in known:
        if words[0] == name:
            address, _, port = words[1].partition(":")
            return address, int(port or 502), int(words[2]) if len(words) > 2 else 1
    if name[:1].isdigit():
        address, _, port = name.partition(":")
        return address, int(port or 502), 1
    names = ", ".join(words[0] for words in known) or "-"
    raise TroubleError(
        say(f"no device “{name}”; known here: {names}", f"没有设备“{name}”；已知设备：{names}")
    )


def whole(text: str) -> int:
    """A whole number, decimal or 0x…"""
    try:
        return int(text, 0)
    except ValueError:
        raise TroubleError(say(f"“{text}” is not a whole number", f"“{text}”不是整数")) from None


def show(kind: str, address: int, values: list[int]) -> None:
    """Print values, one a line, with their addresses."""
    for offset, value in enumerate(values):
        shown = ("off", "on")[value] if kind in ("coil", "input") else str(value)
        print(f"{kind} {address + offset:<5} {shown}", flush=True)


def watch(device: Device, kind: str, address: int, count: int, every_s: float) -> None:
    """Print the values at once and then whenever they change, with the time."""
    last: list[int] | None = None
    while True:
        values = device.read(kind, address, count)
        if values != last:
            print(time.strftime("%H:%M:%S"), *values, flush=True)
            last = values
        time.sleep(every_s)


def parser() -> argparse.ArgumentParser:
    """The command line, in the user's language."""
    main = argparse.ArgumentParser(
        prog="modbus",
        description=say("Talk Modbus TCP to a device.", "用 Modbus TCP 与设备对话。"),
        epilog=say(
            "Examples:  modbus read genset register 23      engine speed\n"
            "           modbus read ats coil 0 8            eight status bits\n"
            "           modbus write genset coil 3 on       a command\n"
            "           modbus watch ats register 14        print on change\n"
            f"Devices are named in {DEVICES}; an address[:port] works too.",
            "示例：  modbus read genset register 23      读发动机转速\n"
            "        modbus read ats coil 0 8            读 8 个状态位\n"
            "        modbus write genset coil 3 on       下一个命令\n"
            "        modbus watch ats register 14        有变化就打印\n"
            f"设备名写在 {DEVICES} 里，也可以直接用“地址[:端口]”。",
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = main.add_subparsers(
        dest="command", required=True, metavar="read|write|watch|devices"
    )
    kinds = say(
        "coil, input, register or input-register", "coil、input、register 或 input-register"
    )
    for name, text in (
        ("read", say("read values", "读取")),
        ("watch", say("read again and again, print changes", "持续读取，变化时打印")),
        ("write", say("write a coil or registers", "写线圈或寄存器")),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("device", help=say("name or address[:port]", "设备名或地址[:端口]"))
        command.add_argument("kind", choices=READ, metavar="kind", help=kinds)
        command.add_argument("address", type=whole, help=say("first address", "起始地址"))
        if name == "write":
            command.add_argument(
                "values", nargs="+", help=say("on | off, or numbers", "on | off，或数值")
            )
            continue
        command.add_argument(
            "count", type=whole, nargs="?", default=1, help=say("how many", "个数")
        )
        if name == "watch":
            every = say("seconds between reads", "读取间隔（秒）")
            command.add_argument("--every", type=float, default=1.0, metavar="S", help=every)
    commands.add_parser("devices", help=say("list the named devices", "列出已命名的设备"))
    return main


def run(arguments: argparse.Namespace) -> None:
    """Do what the command line says."""
    if arguments.command == "devices":
        with open(DEVICES, encoding="utf-8") as file:
            print(file.read(), end="")
        return
    device = Device(arguments.device)
    if arguments.command == "write":
        device.write(arguments.kind, arguments.address, arguments.values)
        print(say("done", "完成"))
    elif arguments.command == "read":
        count = arguments.count
        show(
            arguments.kind, arguments.address, device.read(arguments.kind, arguments.address, count)
        )
    else:
        watch(device, arguments.kind, arguments.address, arguments.count, arguments.every)


def main() -> int:
    """Entry point; 0 done, 1 the device or network said no, 2 wrong usage."""
    try:
        run(parser().parse_args())
    except TroubleError as error:
        print(f"modbus: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"modbus: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())

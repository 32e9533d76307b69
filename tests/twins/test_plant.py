"""The plant's process: its link, its clock, Modbus with an independent client, its screens."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from pymodbus.client import ModbusTcpClient

from bachang.plan import FieldSystem
from bachang.twins import TICK_S, PlantEvent, replay
from tests.twins.plants import DEADLINE_S, AgentEnd, listening, plant
from tests.twins.zones import systems

DOORS = [("genset", "modbus"), ("ats", "modbus"), ("genset", "screen")]


def recorded(end: AgentEnd) -> list[PlantEvent]:
    """The plant's events as a journal has them."""
    return [PlantEvent(**event) for event in end.events]


def test_ready_points_command_advance() -> None:
    with plant() as end:
        assert end.ready == {"ready": True}
        assert end.result(op="points")["genset.state"] == "standby"
        tick = end.result(op="command", point="grid.available", value=False, actor="white")["tick"]
        reached = end.result(op="advance", until_s=35, limit_s=30)
        assert reached == {"time_s": 35.0, "timed_out": False}
        points = end.result(op="points")
        assert points["genset.gen_on_load"] is True
        assert points["feeder.last_dark_s"] == pytest.approx(28.3, abs=0.3)
        applied = end.wait_event("command.applied")
        assert applied["data"]["tick"] == tick
        assert applied["actor"] == "white"
        assert end.wait_event("clock.advanced")["data"]["to_s"] == 35.0
        assert [keep["tick"] for keep in end.keeps] == [1000, 2000, 3000]
        end.result(op="clock")
        assert replay(systems(), "seed", recorded(end)).equal


def test_wrong_requests_are_the_caller_s_fault() -> None:
    with plant() as end:
        end.result(op="advance", until_s=5, limit_s=30)
        for request, text in (
            ({"op": "command", "point": "grid.x", "value": 1, "actor": "white"}, "no point grid.x"),
            ({"op": "command", "point": "ats.state", "value": 1, "actor": "white"}, "not writ"),
            ({"op": "advance", "until_s": 1, "limit_s": 1}, "in the past"),
            ({"op": "restore", "state": {"tick": 1}}, "no state of this plant"),
            ({"op": "explode"}, "does not know"),
        ):  # fmt: skip
            reply = end.ask(**request)
            assert reply["error"]["kind"] == "SandboxError"
            assert text in reply["error"]["message"]
        assert end.result(op="clock")["time_s"] >= 5.0


def test_pause_stops_the_clock() -> None:
    with plant() as end:
        stood = end.result(op="pause")["time_s"]
        assert end.result(op="clock") == {
            "time_s": stood, "tick": round(stood * 100), "paused": True
        }  # fmt: skip
        assert end.result(op="advance", until_s=stood + 1, limit_s=9)["time_s"] == stood + 1
        end.result(op="resume")
        assert end.result(op="clock")["paused"] is False


def test_advance_gives_up_at_its_limit() -> None:
    with plant() as end:
        reply = end.result(op="advance", until_s=1e6, limit_s=0.2)
        assert reply["timed_out"] is True
        assert reply["time_s"] < 1e6


def test_snapshot_restore_and_a_restart_after_death() -> None:
    with plant() as end:
        end.result(op="pause")
        end.result(op="command", point="grid.available", value=False, actor="white")
        end.result(op="advance", until_s=12, limit_s=30)
        end.result(op="command", point="genset.ambient_c", value=31, actor="white")
        end.result(op="advance", until_s=15, limit_s=30)
        kept = end.keeps[-1]
        snapshot = end.result(op="snapshot")
        commands = [
            {"point": event["subject"], **event["data"]}
            for event in end.events
            if event["kind"] == "command.applied" and event["data"]["tick"] >= kept["tick"]
        ]
    assert len(commands) == 1
    restore = {"state": kept["state"], "commands": commands, "tick": snapshot["tick"]}
    with plant(restore=restore) as end:
        end.result(op="pause")
        again = end.result(op="snapshot")
        while again["tick"] > snapshot["tick"]:
            end.result(op="restore", state=snapshot["state"])
            again = end.result(op="snapshot")
        assert again["hash"] == snapshot["hash"]


def test_a_start_message_that_cannot_be_carried_out_ends_the_plant() -> None:
    end = AgentEnd.__new__(AgentEnd)
    with pytest.raises((ConnectionError, ValueError)):
        AgentEnd.__init__(end, (FieldSystem(name="x", type="windmill"),), [])
    assert end.process.wait(DEADLINE_S) == 1
    end.link.close()


def test_pymodbus_reads_and_commands() -> None:
    with plant(doors=DOORS) as end:
        with ModbusTcpClient("127.0.0.1", port=end.ports["genset", "modbus"]) as client:
            values = client.read_holding_registers(0, count=56, device_id=1).registers
            assert values[0] == pytest.approx(230, abs=5)
            assert values[33] == 32766
            assert client.write_coil(4, True, device_id=1).isError() is False
            assert client.read_coils(40, count=4, device_id=1).bits[:4] == [
                False,
                False,
                True,
                False,
            ]
            assert client.read_input_registers(0, count=1, device_id=1).exception_code == 1
            assert client.read_holding_registers(120, count=1, device_id=1).exception_code == 2
        with ModbusTcpClient("127.0.0.1", port=end.ports["ats", "modbus"]) as client:
            assert client.write_registers(20, [5], device_id=1).exception_code == 3
            client.write_registers(40, [6001], device_id=1)
            client.write_registers(20, [5, 100, 5], device_id=1)
            assert client.read_holding_registers(20, count=3, device_id=1).registers == [5, 100, 5]
        applied = end.wait_event("command.applied")
        assert applied["subject"] == "genset.manual"
        assert applied["actor"] == "network"
        assert applied["data"]["host"] == "desk"
        assert applied["data"]["protocol"] == "modbus"
        assert applied["data"]["source"].startswith("127.0.0.1:")


def test_whoever_asks_sees_the_plant_as_it_is_now() -> None:
    """Asked each tick and a half, it has moved on, through every door."""
    with plant(doors=DOORS) as end:
        end.result(op="command", point="genset.manual", value=True, actor="white")
        end.result(op="command", point="genset.start", value=True, actor="white")
        end.result(op="advance", until_s=1, limit_s=30)  # it runs up: each tick has its speed
        browser = Browser(end.ports["genset", "screen"])
        with ModbusTcpClient("127.0.0.1", port=end.ports["genset", "modbus"]) as client:
            doors: dict[str, Callable[[], Any]] = {
                "modbus": lambda: client.read_holding_registers(23, device_id=1).registers[0],
                "screen": lambda: json.loads(browser.ask("GET", "/api/state")[1])["time_s"],
                "link": lambda: end.result(op="clock")["tick"],
            }
            for door, ask in doors.items():
                seen = set()
                for _ in range(20):
                    seen.add(ask())
                    time.sleep(1.5 * TICK_S)
                assert len(seen) >= 15, door
        browser.connection.close()


def read_to_the_end(client: socket.socket) -> bytes:
    """What comes until the other side closes; it must close."""
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := client.recv(1000):
            answer += chunk
    return answer


def request(unit: int = 1) -> bytes:
    """Read register 0."""
    return struct.pack(">HHHBBHH", 7, 0, 6, unit, 3, 0, 1)


def test_a_malformed_frame_closes_its_own_connection_only() -> None:
    with plant(doors=DOORS) as end:
        address = ("127.0.0.1", end.ports["genset", "modbus"])
        with (
            socket.create_connection(address, 5) as good,
            socket.create_connection(address, 5) as bad,
        ):
            bad.sendall(b"GET / HTTP/1.1\r\n\r\n")
            read_to_the_end(bad)
            for byte in request():
                good.sendall(bytes([byte]))
            assert good.recv(100)[:2] == b"\x00\x07"
        event = end.wait_event("protocol.malformed")
        assert event["subject"] == "genset"
        assert event["data"]["host"] == "desk"


def test_a_flood_is_answered_in_order_and_the_clock_goes_on() -> None:
    with plant(doors=DOORS) as end:
        address = ("127.0.0.1", end.ports["genset", "modbus"])
        with socket.create_connection(address, 5) as client:
            client.sendall(request() * 500)
            answers = b""
            while len(answers) < 500 * 11:
                answers += client.recv(65536)
        assert end.result(op="clock")["tick"] >= 0
        assert len(answers) == 500 * 11


def test_rebind_restores_settings_and_closes_old_connections() -> None:
    with plant(doors=DOORS) as end:
        end.result(op="command", point="genset.warm_up_s", value=99, actor="white")
        address = ("127.0.0.1", end.ports["genset", "modbus"])
        with socket.create_connection(address, 5) as client:
            client.sendall(request())
            assert client.recv(100)
            fresh = listening()
            port = fresh.getsockname()[1]
            reply = end.ask(op="rebind", system="genset", purpose="modbus", sockets=[fresh])
            assert reply["result"] == {}
            read_to_the_end(client)
        assert end.result(op="points")["genset.warm_up_s"] == 10.0
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            client.sendall(request())
            assert client.recv(100)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address, 5)


class Browser:
    """A browser with one cookie jar."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        self.cookie = ""

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Status and body."""
        headers = {"Content-Type": "application/json", "Cookie": self.cookie}
        content = None if body is None else json.dumps(body)
        self.connection.request(method, path, content, headers)
        response = self.connection.getresponse()
        cookie = response.headers.get("Set-Cookie")
        if cookie:
            self.cookie = cookie.partition(";")[0]
        return response.status, response.read()


def test_screen_over_http() -> None:
    with plant(doors=DOORS) as end:
        browser = Browser(end.ports["genset", "screen"])
        status, body = browser.ask("GET", "/")
        assert status == 200
        assert b"<svg" in body
        status, body = browser.ask("GET", "/api/state")
        assert json.loads(body)["points"]["state"] == "standby"
        command = {"point": "warm_up_s", "value": 2.5}
        assert browser.ask("POST", "/api/command", command)[0] == 401
        assert browser.ask("POST", "/api/login", {"password": "guess"})[0] == 403
        assert browser.ask("POST", "/api/login", {"password": "SG6120"})[0] == 200
        assert browser.ask("POST", "/api/command", command)[0] == 200
        assert end.result(op="points")["genset.warm_up_s"] == 2.5
        assert end.wait_event("login.refused")["data"]["host"] == "desk"
        applied = end.wait_event("command.applied")
        assert applied["actor"] == "network/operator"
        assert applied["data"]["protocol"] == "screen"
        browser.connection.close()


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 40000 + b"\r\n\r\n",
        b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n" + b"a" * 20000,
    ],
)
def test_bad_http_is_refused_and_closed(data: bytes) -> None:
    with plant(doors=DOORS) as end:
        address = ("127.0.0.1", end.ports["genset", "screen"])
        with socket.create_connection(address, 5) as client:
            client.sendall(data)
            answer = read_to_the_end(client)
            assert answer[:10] in (b"", b"HTTP/1.1 4")
        browser = Browser(address[1])
        assert browser.ask("GET", "/screen.css")[0] == 200
        browser.connection.close()

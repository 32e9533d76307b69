"""The DNS server's answers, and nothing but answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bachang.services.names import UDP_BYTES, Zones, answer

ZONE = """\
$TTL 60
@ IN SOA ns hostmaster 1 3600 600 86400 60
@ IN NS ns
@ IN MX 10 mail
ns IN A 10.1.0.53
mail IN A 10.1.0.25
mail IN AAAA fd00::25
web IN CNAME mail
far IN CNAME www.elsewhere.test.
loop IN CNAME loop
a.deep IN A 10.1.0.7
*.lab IN A 10.1.0.9
known.lab IN TXT "here"
"""


@pytest.fixture
def zones(tmp_path: Path) -> Zones:
    """``park.test`` and a zone below another name."""
    (tmp_path / "park.test.zone").write_text(ZONE)
    (tmp_path / "elsewhere.test.zone").write_text(
        "$TTL 60\n@ IN SOA ns h 1 1 1 1 60\n@ IN NS ns\nns IN A 10.2.0.1\nwww IN A 10.2.0.2\n"
    )
    made = Zones(tmp_path)
    made.refresh()
    return made


def ask(zones: Zones, name: str, kind: str = "A") -> dns.message.Message:
    question = dns.message.make_query(name, kind)
    wire = answer(zones, question.to_wire())
    assert wire is not None
    reply = dns.message.from_wire(wire)
    assert question.is_response(reply)
    return reply


def data(reply: dns.message.Message) -> list[str]:
    return [str(record) for rrset in reply.answer for record in rrset]


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("mail.park.test", "A", ["10.1.0.25"]),
        ("MAIL.Park.TEST", "AAAA", ["fd00::25"]),
        ("park.test", "MX", ["10 mail.park.test."]),
        ("web.park.test", "A", ["mail.park.test.", "10.1.0.25"]),
        ("far.park.test", "A", ["www.elsewhere.test.", "10.2.0.2"]),
        ("any.lab.park.test", "A", ["10.1.0.9"]),
        ("one.more.lab.park.test", "A", ["10.1.0.9"]),
        ("web.park.test", "CNAME", ["mail.park.test."]),
    ],
)
def test_what_is_known_is_told(zones, name, kind, expected):
    reply = ask(zones, name, kind)
    assert data(reply) == expected
    assert reply.rcode() == dns.rcode.NOERROR
    assert reply.flags & dns.flags.AA
    assert not reply.flags & dns.flags.RA


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("nobody.park.test", "A", dns.rcode.NXDOMAIN),
        ("mail.park.test", "TXT", dns.rcode.NOERROR),
        ("deep.park.test", "A", dns.rcode.NOERROR),
        ("known.lab.park.test", "A", dns.rcode.NOERROR),
        ("below.known.lab.park.test", "A", dns.rcode.NXDOMAIN),
    ],
)
def test_that_there_is_nothing_may_be_remembered(zones, name, kind, code):
    reply = ask(zones, name, kind)
    assert reply.rcode() == code
    assert data(reply) == []
    assert [rrset.rdtype for rrset in reply.authority] == [dns.rdatatype.SOA]


@pytest.mark.parametrize(
    ("name", "kind"), [("example.org", "A"), (".", "NS"), ("park.test", "AXFR"), ("test", "A")]
)
def test_nobody_else_is_asked(zones, name, kind):
    reply = ask(zones, name, kind)
    assert reply.rcode() == dns.rcode.REFUSED
    assert not reply.answer


def test_an_alias_of_itself_ends(zones):
    assert len(ask(zones, "loop.park.test").answer) == 1


def test_a_long_answer_is_cut_over_udp_only(zones, tmp_path):
    many = "".join(f"many IN TXT {number:0200}\n" for number in range(20))
    (tmp_path / "park.test.zone").write_text(ZONE + many)
    zones.refresh()
    cut = ask(zones, "many.park.test", "TXT")
    assert cut.flags & dns.flags.TC
    assert not cut.answer
    question = dns.message.make_query("many.park.test", "TXT", use_edns=0, payload=4096)
    assert len(answer(zones, question.to_wire()) or b"") <= UDP_BYTES
    whole = answer(zones, question.to_wire(), most_bytes=65535)
    assert len(dns.message.from_wire(whole or b"").answer[0]) == 20


def test_a_changed_zone_is_read_again_and_a_faulty_one_is_not(zones, tmp_path, capsys):
    path = tmp_path / "park.test.zone"

    def change(text: str) -> None:
        path.write_text(text)
        later = time.time_ns() + changes.pop()
        os.utime(path, ns=(later, later))
        zones.refresh()

    changes = [3_000_000_000, 2_000_000_000, 1_000_000_000]
    change(ZONE.replace("10.1.0.25", "10.1.0.99"))
    assert data(ask(zones, "mail.park.test")) == ["10.1.0.99"]
    change("mail IN A 10.1.0.300\n")
    assert data(ask(zones, "mail.park.test")) == ["10.1.0.99"]
    assert "park.test.zone" in capsys.readouterr().err
    path.unlink()
    zones.refresh()
    assert ask(zones, "mail.park.test").rcode() == dns.rcode.REFUSED


def test_other_operations_are_refused(zones):
    for opcode, code in (("NOTIFY", dns.rcode.NOTIMP), ("UPDATE", dns.rcode.NOTIMP)):
        question = dns.message.make_query("park.test", "SOA")
        question.set_opcode(dns.opcode.from_text(opcode))
        assert dns.message.from_wire(answer(zones, question.to_wire()) or b"").rcode() == code


def test_an_answer_is_never_answered(zones):
    reply = dns.message.make_response(dns.message.make_query("park.test", "A"))
    assert answer(zones, reply.to_wire()) is None


@given(st.binary(max_size=80))
def test_no_bytes_break_it(noise):
    reply = answer(Zones(Path("/nonexistent")), noise)
    if reply is not None:
        assert dns.message.from_wire(reply).flags & dns.flags.QR


def test_nothing_is_loaded_when_it_answers(tmp_path):
    """In a host the library is out of sight: all of it must have been loaded before."""
    (tmp_path / "park.test.zone").write_text(ZONE)
    script = f"""
import sys, pathlib
from bachang.services import names
before = set(sys.modules)
import dns.message
zones = names.Zones(pathlib.Path({str(tmp_path)!r}))
zones.refresh()
for kind in ("A", "AAAA", "MX", "TXT", "SRV", "SVCB", "ANY", "AXFR"):
    names.answer(zones, dns.message.make_query("mail.park.test", kind).to_wire())
print([name for name in set(sys.modules) - before if name.startswith("dns")])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout == b"[]\n"

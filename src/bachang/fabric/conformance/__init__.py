"""What any fabric must do, as tests: the conformance suite.

A fabric's own test module gives a module-wide fixture ``fabric``, may name what it cannot
do, and takes the rest from here::

    pytest.register_assert_rewrite("bachang.fabric.conformance")
    from bachang.fabric.conformance import *

    known_failures = {"TestIsolation.test_own_process_limit": "kernel before 6.14"}

    @pytest.fixture(scope="module")
    def fabric(): return LocalFabric()

A known failure that passes is a failure: the list is to be kept true. Needs pytest.
"""

from bachang.fabric.conformance._access import TestExec, TestFiles, TestTcp, TestTerminal
from bachang.fabric.conformance._capture import TestCapture, output
from bachang.fabric.conformance._escapes import TestEscapes
from bachang.fabric.conformance._fixtures import expected, sandbox
from bachang.fabric.conformance._floods import TestFloods
from bachang.fabric.conformance._isolation import TestIsolation
from bachang.fabric.conformance._journal import TestJournal
from bachang.fabric.conformance._life import TestLife, TestRefusal
from bachang.fabric.conformance._links import TestIpv6, TestLinks
from bachang.fabric.conformance._network import TestNetwork
from bachang.fabric.conformance._reset import TestPause, TestReset
from bachang.fabric.conformance._scarcity import TestScarcity
from bachang.fabric.conformance._wire import TestCrowd, TestDelay, TestWire, wire

__all__ = [
    "TestCapture",
    "TestCrowd",
    "TestDelay",
    "TestEscapes",
    "TestExec",
    "TestFiles",
    "TestFloods",
    "TestIpv6",
    "TestIsolation",
    "TestJournal",
    "TestLife",
    "TestLinks",
    "TestNetwork",
    "TestPause",
    "TestRefusal",
    "TestReset",
    "TestScarcity",
    "TestTcp",
    "TestTerminal",
    "TestWire",
    "expected",
    "output",
    "sandbox",
    "wire",
]

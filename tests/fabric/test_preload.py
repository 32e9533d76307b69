"""The zygote has ready what the services of its world name, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bachang.fabric._preload import chosen
from bachang.plan import File, Host, Service, ServiceKind
from tests.fabric.worlds import host, world


def _serving(source: str, kind: ServiceKind = ServiceKind.PYTHON) -> Host:
    path = "/var/lib/teller.py"
    service = Service(name="teller", kind=kind, argv=(path, "main"))
    return host("desk", 1, services=(service,), files=(File(path=path, content=source.encode()),))


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import json", {"json"}),
        ("import os, http.server as web  # json", {"http.server"}),
        ("from http import server, cookies", {"http.server", "http.cookies"}),
        ("def main():\n    from urllib.parse import (quote,\n        unquote)", {"urllib.parse"}),
        ("import antigravity", set()),
        ("text = 'json'", set()),
    ],
)
def test_what_a_source_imports(source: str, names: set[str]):
    assert set(chosen(world(_serving(source)))) == names | {"encodings.idna"}


def test_programs_are_not_looked_at():
    assert chosen(world(_serving("import json", ServiceKind.PROGRAM))) == ("encodings.idna",)


def test_only_what_is_known_is_loaded():
    found = chosen(world(_serving("import json, csv")), known=("csv", "sqlite3"))
    assert found == ("csv", "encodings.idna")


def test_what_few_use_is_loaded_for_a_world_that_names_it():
    begin = (
        "from bachang.fabric._zygote_modules import Modules, is_loaded; one = Modules(); tell = []"
    )
    look = "tell.append([is_loaded(name) for name in ('http.server', 'random', 'ssl')])"
    steps = [begin, "one.have(['http.server'])", look, "one.have(['http.server', 'random'])", look]
    steps.append("import json; print(json.dumps(tell))")
    done = subprocess.run([sys.executable, "-c", "; ".join(steps)], capture_output=True, check=True)
    assert json.loads(done.stdout) == [[True, False, False], [True, True, False]]


_AT_ONCE = """
import json, sys, threading
from bachang.fabric._forks import load
from bachang.fabric._native import FORKS
from bachang.fabric._zygote_modules import Modules, is_loaded
load(str(FORKS))
Modules().have(['http.server', 'encodings.idna'])
told = {'forks': 'forks' in sys.modules}
for name, what in (('html', 'escape'), ('calendar', 'timegm'), ('stringprep', 'in_table_a1')):
    module, start = sys.modules[name], threading.Barrier(8)
    told[name] = [is_loaded(name)]
    def use():
        start.wait()
        told[name].append(hasattr(module, what))
    threads = [threading.Thread(target=use) for _ in range(8)]
    for one in threads: one.start()
    for one in threads: one.join()
    told[name].append(is_loaded(name))
print(json.dumps(told))
"""


def test_what_few_use_is_whole_for_all_threads_that_use_it_at_once():
    done = subprocess.run([sys.executable, "-c", _AT_ONCE], capture_output=True, check=True)
    whole = [False, *[True] * 9]
    assert json.loads(done.stdout) == {
        "forks": False,  # a service may have a module of that name
        "html": whole,
        "calendar": whole,
        "stringprep": whole,
    }


def test_what_a_service_sets_in_a_module_that_few_use_stays():
    steps = (
        "import json, sys; from bachang.fabric._zygote_modules import Modules",
        "Modules().have(['http.server'])",
        "sys.modules['html'].escape = len; import html; print(html.escape('<<<'), html.unescape)",
    )
    done = subprocess.run([sys.executable, "-c", "; ".join(steps)], capture_output=True, check=True)
    assert done.stdout.startswith(b"3 <function unescape")

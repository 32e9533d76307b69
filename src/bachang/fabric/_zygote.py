"""The zygote: a ready Python from which services are forked into their hosts.

It knows no plan, no flag, no other host: it is forked from a program that the client has exec'd
(`bachang.fabric._zygote_server`), or exec'd by the agent where there is none, as after its death.
A service costs a fork instead of a start of Python. The child enters its host as a program of
the spawner does, with the same code; then it runs ``FILE:FUNCTION`` of the host, or
``MODULE:FUNCTION`` of `bachang.services`.

What a fork touches is copied, page by page, so the loop and the entry are C
(``native/zygote.c``), and what every service needs done in Python
is done before the forks, as far as it can be. Descriptor 3 is the link to the agent; its
packets are those of `bachang.fabric._zygote_wire`.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import types
from collections.abc import Iterable

from bachang.fabric import _procfs as procfs
from bachang.fabric._forks import load
from bachang.fabric._zygote_modules import Modules, is_loaded
from bachang.fabric._zygote_wire import BUILT_IN, LINK_FD

TYPE_CHECKING = False  # as type checkers read it; each fork would pay for `typing`

if TYPE_CHECKING:
    from typing import NoReturn

_PAGE = os.sysconf("SC_PAGE_SIZE")
_PYTHONS_OWN = {signal.SIGPIPE, signal.SIGXFSZ}
"""Python ignores them by itself."""


class Zygote:
    """A ready Python."""

    def __init__(self, native: str) -> None:
        _look_like_the_hosts_own()
        self.native = load(native)
        """The module of `bachang.fabric._forks`."""
        self._modules = Modules()

    def have(self, modules: Iterable[str]) -> None:
        """Import what is not there yet."""
        if self._modules.have(modules):
            self.native.fill_gaps()

    def join(self) -> None:
        """Serve the agent that hands over its namespaces, as one of its children."""
        procfs.be_expendable()
        self.native.join()
        self.serve()

    def serve(self) -> None:
        """Serve the agent until it closes the link."""
        self.native.begin(*procfs.command_line())
        while self._take_turn():
            pass

    def _take_turn(self) -> bool:
        """In the zygote, whether there are more; a service does not return.

        What a turn leaves behind is gone with its function: no service has to get rid of it.
        """
        turn = self.native.serve(_own_size())
        if turn is None:
            return False
        is_service, content = turn
        if is_service:
            _run_service(*content)
        if "filter" in content:
            self.native.use_filter(content["filter"])
            os.environ.update(content["environment"])
        self.have(content["modules"])
        return True


def _run_service(source: str, folder: str, function: str, environment: dict[str, str]) -> NoReturn:
    """Run it to its end, as ``python3 FILE`` would."""
    status = 0
    try:
        if is_loaded("random"):
            sys.modules["random"].seed()  # all services would draw the same numbers
        for name, value in environment.items():
            os.environ[name] = value
        sys.argv = [source]
        if source.startswith(BUILT_IN):
            entry = getattr(importlib.import_module(source), function)
        else:
            sys.path.insert(0, folder)
            entry = getattr(_load(source), function)
        entry()
    except BaseException as error:
        status = _tell(error)
    try:
        _come_to_an_end()
    except BaseException as error:
        _tell(error)
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def _tell(error: BaseException) -> int:
    """What is to be said of it, and the status that it stands for."""
    if not isinstance(error, SystemExit):
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"{error.code}\n")
    return 1


def _come_to_an_end() -> None:
    """What Python does before it ends, whatever ended its main thread."""
    if threading := sys.modules.get("threading"):
        # Pools of threads end, and all that are no daemons are awaited.
        threading._shutdown()  # noqa: SLF001
    if handlers := sys.modules.get("atexit"):
        handlers._run_exitfuncs()  # noqa: SLF001


def _load(source: str) -> types.ModuleType:
    """A file as the module ``service`` (`runpy` would look through folders and archives first)."""
    with open(source, "rb", buffering=0) as file:
        code = compile(file.read(), source, "exec")
    module = sys.modules["service"] = types.ModuleType("service")
    module.__file__ = source
    exec(code, module.__dict__)  # noqa: S102 - what a service is
    return module


def _own_size() -> int:
    """Bytes of address space in use."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * _PAGE


def _look_like_the_hosts_own() -> None:
    _mind_all_signals()
    sys.prefix = sys.exec_prefix = sys.base_prefix
    sys.executable = "/usr/bin/python3"
    sys.argv = []  # each service has its own, and would have to free these
    os.environ.clear()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def _mind_all_signals() -> None:
    """As in a program that was started with all of them as usual, whatever the client ignores."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in signal.valid_signals() - _PYTHONS_OWN:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def main() -> None:
    """Run the zygote; descriptor 3 leads to the agent, the only argument is the path of `load`."""
    os.set_inheritable(LINK_FD, False)
    Zygote(sys.argv[1]).serve()


if __name__ == "__main__":
    main()

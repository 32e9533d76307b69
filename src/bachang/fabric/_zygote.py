"""The zygote: a ready Python from which services are forked into their hosts.

It knows no plan, no flag, no other host: it is forked from a program that the client has exec'd
(`bachang.fabric._zygote_server`), or exec'd by the agent where there is none, as after its death.
A service costs a fork instead of a start of Python. The child enters its host as a program of
the spawner does, with the same code; then it runs ``FILE:FUNCTION`` of the host, or
``MODULE:FUNCTION`` of `bachang.services`.

What a fork touches is copied, page by page, so the loop and the entry are C
(``native/zygote.c``, loaded here as a library), and what every service needs done in Python
is done before the forks, as far as it can be. Descriptor 3 is the link to the agent; its
packets are those of `bachang.fabric._zygote_wire`.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib
import marshal
import os
import signal
import sys
import types
from collections.abc import Callable, Iterable

from bachang.fabric import _kernel as kernel
from bachang.fabric._zygote_modules import Modules, is_loaded
from bachang.fabric._zygote_wire import BUILT_IN, LINK_FD

TYPE_CHECKING = False  # as type checkers read it; each fork would pay for `typing`

if TYPE_CHECKING:
    from typing import Any, NoReturn

_MOST_CONTENT = 1 << 20
"""Bytes of a service's environment, of which untouched ones cost nothing."""
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PYTHONS_OWN = {signal.SIGPIPE, signal.SIGXFSZ}
"""Python ignores them by itself."""


class _Hooks:
    """What modules want done around forks (`os.register_at_fork`), held back in the zygote.

    It has one thread and holds no lock, so the hooks would change nothing in its forks, and
    cost them a third of all pages that they touch. A service gets them for its own forks.
    """

    def __init__(self) -> None:
        self._register = os.register_at_fork
        self._held: list[dict[str, Callable[..., Any]]] = []

    def hold(self) -> None:
        """From now on; before any module is imported that has some."""
        os.register_at_fork = self._hold

    def _hold(
        self,
        *,
        before: Callable[..., Any] | None = None,
        after_in_parent: Callable[..., Any] | None = None,
        after_in_child: Callable[..., Any] | None = None,
    ) -> None:
        hooks = {
            "before": before,
            "after_in_parent": after_in_parent,
            "after_in_child": after_in_child,
        }
        self._held.append({name: hook for name, hook in hooks.items() if hook})

    def give(self) -> None:
        """In a service."""
        os.register_at_fork = self._register
        for hooks in self._held:
            self._register(**hooks)
        if is_loaded("random"):
            sys.modules["random"].seed()  # all services would draw the same numbers


class _Library:
    """``native/zygote.c``, and ``pages.c``."""

    def __init__(self, path: str) -> None:
        self._functions = ctypes.PyDLL(path)
        self._buffer = bytearray(_MOST_CONTENT)
        self._filter = b""

    def join(self) -> None:
        """Become part of the sandbox whose agent is at the other end of the link."""
        self._functions.join()

    def begin(self) -> None:
        """What `server` needs; in the process that serves."""
        if self._functions.begin() < 0:
            raise OSError(0, "cannot begin", "the zygote's library")

    def fill_gaps(self) -> None:
        """From here on what is made lies together."""
        self._functions.fill_gaps()

    def text_on_huge_pages(self) -> None:
        """Python's own code, in the process that lives longest."""
        self._functions.text_on_huge_pages()

    def use_filter(self, program: bytes) -> None:
        """The system call filter of all services."""
        self._filter = program  # the library keeps a pointer to it
        self._functions.use_filter(program, ctypes.c_size_t(len(program)))

    def server(self) -> Callable[[], int]:
        """What serves the agent until Python has a turn; all that it needs is made here."""
        title, room = kernel.command_line()
        content = (ctypes.c_char * len(self._buffer)).from_buffer(self._buffer)
        return functools.partial(
            self._functions.serve,
            ctypes.c_uint64(_own_size()),
            ctypes.c_void_p(title),
            ctypes.c_size_t(room),
            content,
            ctypes.c_size_t(len(self._buffer)),
        )

    def content(self) -> Any:
        """What Python is to go on with."""
        return marshal.loads(self._buffer)  # noqa: S302 - from the agent


class Zygote:
    """A ready Python."""

    def __init__(self, library: str) -> None:
        _look_like_the_hosts_own()
        self._hooks = _Hooks()
        self._hooks.hold()
        self._library = _Library(library)
        self._modules = Modules()

    def have(self, modules: Iterable[str]) -> None:
        """Import what is not there yet."""
        if self._modules.have(modules):
            self._library.fill_gaps()

    def will_be_forked_often(self) -> None:
        """Have what forks share mapped ahead: about a millisecond, once."""
        self._library.text_on_huge_pages()

    def join(self) -> None:
        """Serve the agent that hands over its namespaces, as one of its children."""
        kernel.be_expendable()
        kernel.take_short_slices()
        self._library.join()
        self.serve()

    def serve(self) -> None:
        """Serve the agent until it closes the link."""
        kernel.process_control(kernel.PR_SET_NAME, b"zygote")
        self._library.begin()
        while turn := self._library.server()():
            if turn < 0:
                _run_service(self._hooks, *self._library.content())
            content = self._library.content()
            if "filter" in content:
                self._library.use_filter(content["filter"])
                os.environ.update(content["environment"])
            self.have(content["modules"])


def _run_service(
    hooks: _Hooks, source: str, function: str, environment: dict[str, str]
) -> NoReturn:
    """Run it to its end, as ``python3 FILE`` would."""
    status = 0
    try:
        hooks.give()
        for name, value in environment.items():
            os.environ[name] = value
        sys.argv = [source]
        if source.startswith(BUILT_IN):
            entry = getattr(importlib.import_module(source), function)
        else:
            sys.path.insert(0, os.path.dirname(source))
            entry = getattr(_load(source), function)
        entry()
        _wait_for_threads()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def _wait_for_threads() -> None:
    """As Python does at its end."""
    if threading := sys.modules.get("threading"):
        for thread in threading.enumerate():
            if thread is not threading.main_thread() and not thread.daemon:
                thread.join()


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
    """Run the zygote; descriptor 3 leads to the agent, the only argument is the library."""
    os.set_inheritable(LINK_FD, False)
    Zygote(sys.argv[1]).serve()


if __name__ == "__main__":
    main()

"""The zygote: a ready Python from which services are forked into their hosts.

A program of its own, exec'd by the agent: it knows no plan, no flag, no other host. A
service costs a fork instead of a start of Python. The child enters its host as a program of
the spawner does: streams, namespaces, limits, bounding set, system call filter, ids; then
it runs ``FILE:FUNCTION`` of the host, or ``MODULE:FUNCTION`` of `bachang.services`.

Descriptor 3 is a SEQPACKET socket to the agent. In: a JSON object with the request's number
and the module of Bachang that it runs, if any, with the host's pidfd, a file that holds the
request, and control groups; out: ``{"id", "started": pid}``, ``{"id", "failed": words,
"childless"}``, ``{"id", "exited": status}``. Only the child reads the request: what it says
(a service's environment may hold a flag) would else stay in the memory of all later ones.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
import sysconfig
import threading
import traceback
import types
from typing import Any, NoReturn

from bachang.fabric import _kernel as kernel

LINK_FD = 3
TITLE_ROOM = 256
"""Characters that the agent leaves on the command line for a service's title."""

_PACKET_BYTES = 1 << 20
_SPACES = (
    kernel.CLONE_NEWUSER
    | kernel.CLONE_NEWNS
    | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWIPC
)
BUILT_IN = "bachang.services."
"""Services whose module is part of Bachang."""

_PAGE = os.sysconf("SC_PAGE_SIZE")


class _Zygote:
    """Serves the agent until it closes the link."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self._ids: dict[int, int] = {}
        self._filter = b""
        self._title = _title_place()
        self._paths = _host_paths()

    def serve(self) -> None:
        link = self._link.fileno()
        wake, wake_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(wake_end)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            ready = select.select([link, wake], [], [])[0]
            if wake in ready:
                os.read(wake, 4096)
                self._bury()
            if link in ready and not self._take():
                return

    def _take(self) -> bool:
        data, descriptors, _, _ = socket.recv_fds(
            self._link, _PACKET_BYTES, 16, socket.MSG_CMSG_CLOEXEC
        )
        if not data:
            return False
        request = json.loads(data)
        if "filter" in request:
            self._filter = base64.b64decode(request["filter"])
            for name in request["preload"]:
                importlib.import_module(name)
            gc.collect()
            gc.freeze()
            return True
        try:
            self._start(request["id"], request["module"], descriptors)
        except Exception as error:
            self._tell({"id": request["id"], "failed": _words(error), "childless": True})
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def _start(self, number: int, module: str, descriptors: list[int]) -> None:
        if module:
            importlib.import_module(module)  # the host cannot see it
        kernel.setns(descriptors[0], kernel.CLONE_NEWPID)
        try:
            pid = os.fork()
        except OSError:
            kernel.setns(self._own_pids, kernel.CLONE_NEWPID)
            raise
        if pid == 0:
            self._become(number, descriptors)
        kernel.setns(self._own_pids, kernel.CLONE_NEWPID)
        self._ids[pid] = number
        self._tell({"id": number, "started": pid})

    def _become(self, number: int, descriptors: list[int]) -> NoReturn:
        try:
            host, content, *groups = descriptors
            request = json.loads(os.pread(content, os.fstat(content).st_size, 0))
            signal.set_wakeup_fd(-1)
            for one in (signal.SIGCHLD, signal.SIGPIPE):
                signal.signal(one, signal.SIG_DFL)
            _enter_host(request, host, groups, self._filter)
        except BaseException as error:
            self._tell({"id": number, "failed": _words(error)})
            os._exit(127)
        self._link.detach()
        os.closerange(3, 1 << 20)
        _rename(self._title, request["argv"][0], request["name"])
        _forget_platform(self._paths)
        _run_service(*request["argv"])

    def _bury(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            number = self._ids.pop(pid, None)
            if number is not None:
                self._tell({"id": number, "exited": os.waitstatus_to_exitcode(status)})

    def _tell(self, packet: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # the agent has gone, and we go with it
            self._link.send(json.dumps(packet).encode())


def _words(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'start'}: {error.strerror}"
    return repr(error)


def _enter_host(request: dict[str, Any], host: int, groups: list[int], program: bytes) -> None:
    """Same steps and same order as ``be_program`` of the spawner."""
    for group in groups:
        os.write(group, b"0")
    os.setsid()
    os.setpriority(os.PRIO_PROCESS, 0, request["nice"])
    own_size = _own_size()
    kernel.setns(host, _SPACES)
    for number, value in request["limits"]:
        # What the zygote itself has mapped is not the service's doing.
        total = value + own_size if number == resource.RLIMIT_AS else value
        resource.setrlimit(number, (total, total))
    kernel.bound_capabilities(request["capabilities"])
    kernel.load_filter(program)
    _take_groups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    _take_streams(request["log"])
    _take_groups(request["groups"])
    os.setresgid(request["gid"], request["gid"], request["gid"])
    os.setresuid(request["uid"], request["uid"], request["uid"])
    # Without an exec the bounding set alone takes nothing away.
    kernel.set_capabilities(request["capabilities"] if request["uid"] == 0 else 0)
    os.umask(0o022)
    os.chdir(request["directory"])
    os.environ.clear()
    os.environ.update(request["environment"])


def _take_groups(groups: list[int]) -> None:
    """As ``take_groups`` of the spawner: with one id only nobody may touch groups."""
    try:
        os.setgroups(groups)
    except PermissionError:
        if groups:
            raise


def _take_streams(log: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
    nothing = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
    output = os.open(log, flags, 0o640)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def _own_size() -> int:
    """Bytes of address space in use."""
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * _PAGE


def _title_place() -> tuple[int, int]:
    """Start and length of the command line in this process's memory."""
    with open("/proc/self/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    start, end = int(fields[45]), int(fields[46])
    return start, end - start


def _rename(place: tuple[int, int], source: str, name: str) -> None:
    """Let the service look like what it is, and let its host's root look into it."""
    title = f"python3 {source}".encode()
    kernel.write_memory(place[0], title[: place[1] - 1].ljust(place[1], b"\0"))
    kernel.process_control(kernel.PR_SET_NAME, name.encode()[:15] + b"\0")
    kernel.process_control(kernel.PR_SET_DUMPABLE, 1)


def _run_service(source: str, function: str) -> NoReturn:
    """Run it to its end, as ``python3 FILE`` would."""
    status = 0
    try:
        sys.argv = [source]
        if source.startswith(BUILT_IN):
            entry = getattr(importlib.import_module(source), function)
        else:
            sys.path.insert(0, os.path.dirname(source))
            entry = getattr(_load(source), function)
        entry()
        for thread in threading.enumerate():
            if thread is not threading.main_thread() and not thread.daemon:
                thread.join()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def _load(source: str) -> types.ModuleType:
    """A file as the module ``service`` (`runpy` would look through folders and archives first)."""
    with open(source, "rb") as file:
        code = compile(file.read(), source, "exec")
    module = sys.modules["service"] = types.ModuleType("service")
    module.__file__ = source
    exec(code, module.__dict__)  # noqa: S102 - what a service is
    return module


def _host_paths() -> list[str]:
    """Where the host's own Python looks for modules; too slow to be asked for in each service."""
    base = {"installed_base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    library = sysconfig.get_path("stdlib", vars=base)
    dynamic = f"{sysconfig.get_path('platstdlib', vars=base)}/lib-dynload"
    return [library, dynamic, "/usr/lib/python3/dist-packages"]


def _forget_platform(paths: list[str]) -> None:
    """Modules are looked for where the host's own Python looks, and nowhere else."""
    sys.path[:] = paths
    sys.path_importer_cache.clear()
    sys.prefix = sys.exec_prefix = sys.base_prefix
    sys.executable = "/usr/bin/python3"


def main() -> None:
    """Run the zygote; descriptor 3 leads to the agent."""
    kernel.process_control(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.process_control(kernel.PR_SET_NAME, b"zygote")
    os.set_inheritable(LINK_FD, False)
    with socket.socket(fileno=LINK_FD) as link:
        _Zygote(link).serve()


if __name__ == "__main__":
    main()

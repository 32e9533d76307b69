"""What a process says of itself below /proc, and has said of it.

Apart from `bachang.fabric._kernel`, because the zygote does without `ctypes`: each of its forks
would mind the pages of that.
"""

from __future__ import annotations

_ARGUMENTS = slice(45, 47)
"""arg_start and arg_end in /proc/self/stat (proc(5)), counted from the field behind the name."""
_OOM_VICTIM = b"500"


def command_line() -> tuple[int, int]:
    """Address and bytes of this process's command line in its own memory, to write over."""
    with open("/proc/self/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    start, end = (int(field) for field in fields[_ARGUMENTS])
    return start, end - start


def be_called(name: str) -> None:
    """Have a name for ``ps``, of 15 characters at most."""
    with open("/proc/self/comm", "wb") as file:
        file.write(name.encode())


def be_expendable() -> None:
    """Let the kernel end this process and its children before others when memory is short."""
    with open("/proc/self/oom_score_adj", "wb") as file:
        file.write(_OOM_VICTIM)

"""C for processes that are forked often: ``native/forks.c``.

Its functions are ``fill_gaps()``, after which what is made lies together, ``text_on_huge_pages()``
for Python's own code, which takes a millisecond, ``take_short_slices()``, with which children make
others wait less, and what `bachang.fabric._zygote` serves with.
"""

from __future__ import annotations

import importlib.util

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any


def load(path: str) -> Any:
    """The module.

    Args:
        path: `bachang.fabric._native.FORKS`; a zygote is told it, which spares it `pathlib`.

    Raises:
        ImportError: it is not there, or for another Python.
    """
    # By no name that a service's own module may have.
    spec = importlib.util.spec_from_file_location(f"{__package__}.forks", path)
    if spec is None or spec.loader is None:
        raise ImportError("not a module of this Python", path=path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

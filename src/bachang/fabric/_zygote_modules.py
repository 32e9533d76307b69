"""The modules that a zygote has ready, and where its services look for others."""

from __future__ import annotations

import _thread
import contextlib
import gc
import importlib
import importlib.machinery
import os
import sys
import types
from collections.abc import Iterable, Sequence

from bachang.fabric._zygote_warmth import warm_up

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

_SELDOM_USED = ("bz2", "calendar", "html", "ipaddress", "lzma", "random", "ssl", "stringprep")
"""What usual modules bring with them for the few that use it: every fork minds their pages."""


class Modules:
    """Loaded ahead, with the machine's own paths."""

    def __init__(self) -> None:
        self._own_paths = sys.path, sys.path_importer_cache
        self._host_paths = _host_paths()

    def have(self, names: Iterable[str]) -> bool:
        """Import what is not there yet; whether there was something."""
        missing = [name for name in names if not is_loaded(name)]
        if missing:
            sys.path, sys.path_importer_cache = self._own_paths
            _load(missing)
            warm_up()
        # From here on modules are looked for where the host's own Python looks.
        sys.path, sys.path_importer_cache = list(self._host_paths), {}
        if missing:
            gc.collect()
            gc.freeze()
        return bool(missing)


def is_loaded(name: str) -> bool:
    """Not only found, as those that are seldom used."""
    return type(sys.modules.get(name)) is types.ModuleType


def _load(names: list[str]) -> None:
    later = _Later({*_SELDOM_USED} - {*names})
    sys.meta_path.insert(0, later)
    for name in names:
        with contextlib.suppress(Exception):  # the service tries again, and says why not
            importlib.import_module(name)  # and one that is only found is loaded by this
    sys.meta_path.remove(later)


class _Later:
    """Finds modules that are loaded when something of them is first used."""

    def __init__(self, names: set[str]) -> None:
        self._names = names

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """As `importlib.abc.MetaPathFinder` has it."""
        if name not in self._names:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec and spec.loader:
            spec.loader = _Loader(spec.loader)  # type: ignore[assignment]
        return spec


class _Loader:
    """Leaves a module empty until something of it is used.

    As `importlib.util.LazyLoader`, which may show a module to a second thread before it is whole
    (https://github.com/python/cpython/issues/114763): many requests at once would meet that.
    """

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        """As `importlib.abc.Loader` has it."""
        made: types.ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: types.ModuleType) -> None:
        """As `importlib.abc.Loader` has it."""
        spec: Any = module.__spec__
        spec.loader = module.__loader__ = self._loader
        module.__class__ = _Empty


class _Empty(types.ModuleType):
    """A module that is loaded by the first who uses it; others wait for that."""

    def __getattribute__(self, name: str) -> Any:
        _fill(self)
        return types.ModuleType.__getattribute__(self, name)

    def __setattr__(self, name: str, value: object) -> None:
        _fill(self)
        types.ModuleType.__setattr__(self, name, value)


_filling = _thread.RLock()
_begun: list[types.ModuleType] = []


def _fill(module: types.ModuleType) -> None:
    with _filling:
        if type(module) is not _Empty or any(one is module for one in _begun):
            return  # whole, or looked at by itself
        _begun.append(module)
        try:
            types.ModuleType.__getattribute__(module, "__loader__").exec_module(module)
            types.ModuleType.__setattr__(module, "__class__", types.ModuleType)
        finally:
            _begun.pop()


def _host_paths() -> list[str]:
    """Where the host's own Python looks for modules: no archive, and no folder of ours."""
    library = os.path.dirname(os.__file__)
    dynamic = [path for path in sys.path if path.endswith("/lib-dynload")]
    return [library, *dynamic, "/usr/lib/python3/dist-packages"]

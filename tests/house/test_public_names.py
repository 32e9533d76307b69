"""Each public name of each package is exported once and documented."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections import Counter

import bachang

PACKAGES = sorted(
    module.name
    for module in pkgutil.walk_packages(bachang.__path__, "bachang.")
    if module.ispkg and "._" not in module.name
)


def exports() -> list[tuple[str, str, object]]:
    """Package, name and thing of everything that is exported."""
    found = []
    for package in PACKAGES:
        module = importlib.import_module(package)
        found += [(package, name, getattr(module, name)) for name in getattr(module, "__all__", [])]
    return found


def test_packages_say_what_they_are_for():
    assert [name for name in PACKAGES if not importlib.import_module(name).__doc__] == []


def test_exports_are_documented():
    bare = [
        f"{package}.{name}"
        for package, name, thing in exports()
        if (inspect.isclass(thing) or inspect.isfunction(thing)) and not described(thing)
    ]
    assert bare == []


def described(thing: object) -> bool:
    """Whether somebody wrote a docstring; a dataclass makes one from its fields by itself."""
    text = thing.__doc__ or ""
    return bool(text) and not text.startswith(f"{getattr(thing, '__name__', '')}(")


def test_nothing_is_exported_twice():
    named = Counter((package, name) for package, name, _ in exports())
    owners = Counter(
        (name, id(thing)) for _, name, thing in exports() if hasattr(thing, "__module__")
    )
    assert [key for key, count in [*named.items(), *owners.items()] if count > 1] == []

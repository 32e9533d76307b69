"""The kinds of values in a scenario: names, texts, durations, sizes, files of the pack.

Short forms become full ones before a model sees them, so each mistake has one message;
the JSON Schema shows both forms.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from bachang.scenario._document import typed

_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_MIB = {"KiB": 1 / 1024, "MiB": 1, "GiB": 1024}
_NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,12})?"
"""A number that no arithmetic makes infinite."""


def mistake(message: str, remedy: str) -> PydanticCustomError:
    """An error of a validator with its remedy."""
    # Braces would be taken for pydantic's own placeholders.
    return PydanticCustomError("mistake", "{what}", {"what": message, "remedy": remedy})


def _named(pattern: str, remedy: str, kind: str = "a name") -> AfterValidator:
    def check(name: str) -> str:
        if not re.fullmatch(pattern, name):
            raise mistake(f"{name!r} is not {kind}", remedy)
        return name

    return AfterValidator(check)


HostName = Annotated[
    str,
    _named(
        r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?",
        "use small letters, digits and '-', at most 32, starting with a letter",
    ),
]
Identifier = Annotated[
    str,
    _named(
        r"[a-z][a-z0-9_]{0,31}",
        "use small letters, digits and '_', at most 32: it stands in expressions",
    ),
]
Name = Annotated[
    str,
    _named(
        r"[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?",
        "use small letters, digits, '-' and '_', at most 64",
    ),
]
Rate = Annotated[
    str, _named(r"[1-9][0-9]{0,8} (kbit|Mbit|Gbit)", "write e.g. `10 Mbit`", "the speed of a link")
]
"""``64 kbit``, ``10 Mbit``, ``1 Gbit``, in each second."""

PythonFunction = Annotated[
    str,
    _named(
        r"[^:]+:[A-Za-z_][A-Za-z0-9_]*",
        "write `FILE.py:FUNCTION` or `bachang.services.MODULE:FUNCTION`",
        "a Python function",
    ),
]
"""``services/page.py:main``, ``bachang.services.pages:main``."""

UserName = Annotated[
    str,
    _named(r"[a-z_][a-z0-9_-]{0,31}", "use small letters, digits, '-' and '_', at most 32"),
]


def _seconds(value: Any) -> Any:
    match = re.fullmatch(rf"({_NUMBER})\s*([a-z]*)", str(value).strip())
    if not match or match[2] not in ("", *_SECONDS):
        raise mistake(f"{str(value)!r} is not a duration", "write e.g. `28.3 s`, `10 min` or `2 h`")
    return float(match[1]) * _SECONDS[match[2] or "s"]


Seconds = Annotated[float, BeforeValidator(_seconds, json_schema_input_type=float | str)]
"""``28.3 s``, ``10 min``, ``1 h``, ``250 ms``, ``1 d``; a bare number is seconds."""


def _loss(value: Any) -> Any:
    match = re.fullmatch(rf"({_NUMBER})\s*%", str(value).strip())
    if not match or float(match[1]) >= 100:
        raise mistake(f"{str(value)!r} is no share of frames", "write e.g. `1 %`, less than 100 %")
    return float(match[1]) / 100


Loss = Annotated[float, BeforeValidator(_loss, json_schema_input_type=str)]
"""``1 %``, ``0.5 %``; a share from 0 to 1."""


def _mebibytes(value: Any) -> Any:
    match = re.fullmatch(rf"({_NUMBER})\s*([A-Za-z]*)", str(value).strip())
    size = float(match[1]) * _MIB[match[2]] if match and match[2] in _MIB else 0
    if size < 1:
        raise mistake(f"{str(value)!r} is not a size", "write e.g. `64 MiB` or `1 GiB`")
    return int(size)


Mebibytes = Annotated[int, BeforeValidator(_mebibytes, json_schema_input_type=str)]
"""``64 MiB``, ``1 GiB``; at least 1 MiB."""


def _mode(value: Any) -> Any:
    if not re.fullmatch(r"(0o?)?[0-7]{3,4}", str(value)):
        raise mistake(f"{str(value)!r} is not a file mode", 'write octal digits, e.g. "0644"')
    return int(str(value).replace("o", ""), 8)


Mode = Annotated[int, BeforeValidator(_mode, json_schema_input_type=str)]
"""Permissions of a file in octal."""


def pack_path(value: str) -> str:
    """A path inside the pack, in its one right spelling.

    Raises:
        PydanticCustomError: absolute, upwards or not normal.
    """
    path = PurePosixPath(value)
    if not value or path.is_absolute() or ".." in path.parts or "\\" in value or "\0" in value:
        raise mistake(
            f"{value!r} leaves the pack", "name a file inside the pack, e.g. `files/motd.txt`"
        )
    return str(path)


PackPath = Annotated[str, AfterValidator(pack_path)]
"""A file (where it says so: a folder) of the pack, relative to its top."""


def _host_path(value: str) -> str:
    path = PurePosixPath(value)
    if not path.is_absolute() or ".." in path.parts or "\0" in value or str(path) == "/":
        raise mistake(f"{value!r} is not a path in a host", "start with `/` and leave out `..`")
    return str(path)


HostPath = Annotated[str, AfterValidator(_host_path)]


def _port(port: int) -> int:
    if not 1 <= port <= 65535:
        raise mistake(f"{port} is not a port", "use 1 to 65535")
    return port


Port = Annotated[int, AfterValidator(_port)]


def _cidr(value: str) -> str:
    try:
        network = ipaddress.IPv4Network(value, strict=False)
    except ValueError:
        raise mistake(f"{value!r} is not an IPv4 prefix", "write e.g. `10.20.10.0/24`") from None
    if str(network) != value:
        raise mistake(f"{value!r} has bits set behind its prefix", f"did you mean `{network}`?")
    if network.prefixlen > 30:
        raise mistake(f"{value!r} has no room for two hosts", "use a prefix of at most 30 bits")
    return value


Cidr = Annotated[str, AfterValidator(_cidr)]


def _address(value: str) -> str:
    try:
        return str(ipaddress.IPv4Address(value))
    except ValueError:
        raise mistake(f"{value!r} is not an IPv4 address", "write e.g. `10.20.10.11`") from None


Address = Annotated[str, AfterValidator(_address)]


def _ipv6(value: Any) -> Any:
    text = str(value).lower()
    if text in ("true", "false"):
        return text == "true"
    try:
        network = ipaddress.IPv6Network(text)
    except ValueError:
        remedy = "write `true`, or a prefix, e.g. `fd00:20:10::/64`"
        raise mistake(f"{str(value)!r} is not an IPv6 prefix", remedy) from None
    if network.prefixlen != 64 or not network.is_private or network.is_link_local:
        remedy = "take a /64 of fd00::/8 (RFC 4193) or 2001:db8::/32"
        raise mistake(f"{str(value)!r} cannot be the prefix of a network in a sandbox", remedy)
    return str(network)


Ipv6 = Annotated[bool | str, BeforeValidator(_ipv6, json_schema_input_type=bool | str)]
"""``true``: a prefix drawn from the seed; or the prefix, a /64."""

DomainName = Annotated[
    str,
    _named(
        r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){1,5}",
        "write small letters, digits, '-' and at least one '.', e.g. `park.test`",
        "the name of a zone",
    ),
]
RecordName = Annotated[
    str,
    _named(
        r"@|(\*|_?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\._?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){0,4}",
        "write a name inside the zone, e.g. `www`; `@` is the zone itself, `*` any other name",
        "a name in a zone",
    ),
]
Line = Annotated[str, StringConstraints(min_length=1)]
AnyValue = Annotated[Any, AfterValidator(typed)]
"""Whatever YAML makes of it."""


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) or value is None else [value]


Texts = Annotated[list[Line], BeforeValidator(_listed, json_schema_input_type=Line | list[Line])]
"""A list; one item may stand without brackets."""


def _percent(value: Any) -> Any:
    match = re.fullmatch(r"([0-9]{1,9})\s*(%?)", str(value).strip())
    if not match or (match[2] and int(match[1]) > 100):
        raise mistake(
            f"{str(value)!r} is no score", "write points, e.g. `120`, or a share, e.g. `50%`"
        )
    return f"{match[1]}{match[2]}"


Score = Annotated[str, BeforeValidator(_percent, json_schema_input_type=int | str)]
"""Points, or with ``%`` a share of the most that can be had."""

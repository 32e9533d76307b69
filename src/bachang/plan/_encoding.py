"""Plans as canonical JSON: sorted keys, no spaces, so equal plans are equal bytes."""

from __future__ import annotations

import hashlib

import msgspec

from bachang.plan._model import Plan

_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Plan)


def dumps(plan: Plan) -> bytes:
    """Canonical JSON of a plan."""
    return _encoder.encode(plan)


def loads(content: bytes) -> Plan:
    """Inverse of `dumps`.

    Raises:
        msgspec.ValidationError, msgspec.DecodeError: this is no plan of this version.
    """
    return _decoder.decode(content)


def digest(plan: Plan) -> str:
    """SHA-256 of the canonical JSON, hexadecimal."""
    return hashlib.sha256(dumps(plan)).hexdigest()

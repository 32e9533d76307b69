"""Addresses of data bases, as people write them."""

from __future__ import annotations

_DRIVER = "postgresql+psycopg://"


def driver_address(address: str) -> str:
    """The address with the driver that Bachang ships: ``postgresql://…`` is enough for people."""
    for plain in ("postgresql://", "postgres://"):
        if address.startswith(plain):
            return _DRIVER + address.removeprefix(plain)
    return address

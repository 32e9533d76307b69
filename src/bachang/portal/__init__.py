"""The portal: people, exercises and their journal, in the browser.

`Assembly` puts everything together as one ASGI application; `serve` runs it. The documents of
the API are in `bachang.portal.models`; who may do what is decided in one place, by the rules
of `bachang.portal._access`.
"""

from bachang.portal._assemble import Assembly
from bachang.portal._demo import Demo
from bachang.portal._outside import Outside
from bachang.portal._serve import PortBusyError, serve
from bachang.portal._settings import AddressError, OidcSettings, Settings

__all__ = [
    "AddressError",
    "Assembly",
    "Demo",
    "OidcSettings",
    "Outside",
    "PortBusyError",
    "Settings",
    "serve",
]

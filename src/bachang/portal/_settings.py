"""How one portal is set up: where it listens, what it keeps where, who may reach it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bachang.portal.models import Role

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class AddressError(Exception):
    """An address that an operator gave is none."""


def authority(host: str, port: int) -> str:
    """Host and port as an ``http:`` address has them: IPv6 in brackets, port 80 not said."""
    name = f"[{host}]" if ":" in host else host
    return name if port == 80 else f"{name}:{port}"


def origin_of(address: str) -> str:
    """The origin of an address as browsers say it: small letters, a default port left out.

    Raises:
        AddressError: it is no address of a site.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise AddressError(f"{address!r} is no address of a site: {error}") from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise AddressError(f"{address!r} is no address of a site: https://range.example is one")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    said = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{name}{said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """An identity provider (OpenID Connect, authorisation code with PKCE)."""

    title: str
    issuer: str
    """Its address; ``/.well-known/openid-configuration`` is below it."""
    client_id: str
    client_secret: str
    roles: tuple[str, ...] = ("trainee",)
    """Roles of people who come by it for the first time."""

    def __post_init__(self) -> None:
        """Find mistakes before anybody signs in.

        Raises:
            AddressError: the issuer is no address that can be trusted.
            ValueError: something else is not as it should be.
        """
        for name in ("title", "issuer", "client_id", "client_secret"):
            if not isinstance(getattr(self, name), str) or not getattr(self, name).strip():
                raise ValueError(f"{name} is a text that is not empty")
        if not isinstance(self.roles, tuple) or not self.roles:
            raise ValueError("roles is a list of roles")
        strange = [str(role) for role in self.roles if role not in list(Role)]
        if strange:
            raise ValueError(f"roles: there is no role {strange[0]!r}, but {', '.join(Role)}")
        parts = urlsplit(origin_of(self.issuer))
        if parts.scheme != "https" and parts.hostname not in _THIS_MACHINE:
            raise AddressError(f"issuer: {self.issuer!r} wants https, or all could be forged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an operator may choose."""

    host: str = "127.0.0.1"
    """Address to listen at."""
    port: int = 8080
    public: str | None = None
    """Address that browsers use, e.g. ``https://range.example``; ``None``: this machine only."""
    screens_domain: str | None = None
    """Wildcard domain for pages of hosts, e.g. ``screens.range.example``; with ``None`` they
    are at ``<random>.localhost`` and so can only be opened on this machine."""
    database: str | None = None
    """Where people and journals are kept, ``postgresql://user@host/name``; ``None``: people in
    SQLite in ``data``, journals in the account's own file."""
    data: Path
    """Folder of the portal's own files: data base, uploaded packs."""
    packs: Path | None = None
    """Folder of the packs that ship; ``None``: there are none."""
    ui: Path | None = None
    """Folder of the built web UI; ``None``: there is none."""
    local: bool = True
    """Whether a one-time token, printed at start, opens the account `local` with all roles."""
    oidc: OidcSettings | None = None
    sandboxes: int | None = None
    """Most sandboxes at a time; ``None``: what memory and processors allow."""
    starts: int = 2
    """Sandboxes that are started at the same time."""
    requests_per_minute: int = 1200
    """For one person; answers and sign-ins have their own limits."""
    answers_per_minute: int = 60
    """For one run."""
    sign_ins_per_minute: int = 10
    """For one name, and ten times that for one address."""
    hash_memory_mib: int = 64
    """Memory that computing the argon2id hash of a password takes."""
    session_days: int = 7
    """A session ends when it was not used for so long."""
    extra_hosts: tuple[str, ...] = field(default=())
    """Further names under which browsers may ask for the portal, ``name`` or ``name:port``."""

    def __post_init__(self) -> None:
        """Find mistakes before anything is served.

        Raises:
            AddressError: ``public`` is no address of a site.
        """
        origin_of(self.public or f"http://{self.authority}")

    @property
    def authority(self) -> str:
        """Host and port that it listens at, as an address has them."""
        return authority(self.host, self.port)

    @property
    def origin(self) -> str:
        """The origin at which people see the portal."""
        return origin_of(self.public or f"http://{self.authority}")

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by TLS only (a proxy in front of it does that)."""
        return self.origin.startswith("https:")

    @property
    def screens(self) -> str:
        """How pages of hosts are shown: at an ``origin`` of their own, or ``opaque``, without one
        (the portal has only an IP address and no wildcard domain; at ``::1`` a page of another
        origin could not say that the portal may frame it, see `content_policy`)."""
        local = self.public is None and self.host in ("127.0.0.1", "localhost")
        return "origin" if local or self.screens_domain else "opaque"

    def screens_origin(self, identity: str) -> str:
        """The origin of a page of a host; ``*``: of all of them."""
        own = urlsplit(self.origin)
        domain = self.screens_domain or "localhost"
        port = f":{own.port}" if own.port and ":" not in domain else ""
        return f"{own.scheme}://{identity}.{domain.lower()}{port}"

    def is_screen(self, host: str) -> bool:
        """Whether a Host header is that of a page of a host."""
        if self.screens == "opaque":
            return False
        return host.endswith(self.screens_origin("").partition("://")[2])

"""How one portal is set up: where it listens, what it keeps where, who may reach it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


def authority(host: str, port: int) -> str:
    """Host and port as an ``http:`` address has them: IPv6 in brackets, port 80 not said."""
    name = f"[{host}]" if ":" in host else host
    return name if port == 80 else f"{name}:{port}"


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

    @property
    def authority(self) -> str:
        """Host and port that it listens at, as an address has them."""
        return authority(self.host, self.port)

    @property
    def origin(self) -> str:
        """The origin at which people see the portal."""
        return self.public.rstrip("/") if self.public else f"http://{self.authority}"

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by TLS only (a proxy in front of it does that)."""
        return self.origin.startswith("https:")

    @property
    def screens(self) -> str:
        """How pages of hosts are shown: at an ``origin`` of their own, or ``opaque``, without one
        (the portal has only an IP address and no wildcard domain)."""
        local = self.public is None and self.host in ("127.0.0.1", "localhost")
        return "origin" if local or self.screens_domain else "opaque"

    def screens_origin(self, identity: str) -> str:
        """The origin of a page of a host; ``*``: of all of them."""
        if self.screens_domain:
            return f"{'https' if self.secure else 'http'}://{identity}.{self.screens_domain}"
        return f"http://{identity}.localhost:{self.port}"

    def is_screen(self, host: str) -> bool:
        """Whether a Host header is that of a page of a host."""
        if self.screens == "opaque":
            return False
        return host.endswith(self.screens_origin("").partition("://")[2])

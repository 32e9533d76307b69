"""What stands in the headers of answers, and the names under which the portal is asked for."""

from __future__ import annotations

from urllib.parse import urlsplit

from bachang.portal._settings import Settings, authority


def cookie_name(settings: Settings) -> str:
    """The session cookie's name. Cookies know no ports, so the port is in it."""
    return "__Host-bachang" if settings.secure else f"bachang-{settings.port}"


def hosts(settings: Settings) -> frozenset[str]:
    """Values of the Host header that are ours."""
    own = {settings.host, "127.0.0.1", "localhost", "::1"}
    names = {authority(name.lower(), settings.port) for name in own}
    names.add(urlsplit(settings.origin).netloc)
    return frozenset(names | {host.lower() for host in settings.extra_hosts})


def origins(settings: Settings) -> frozenset[str]:
    """Values of the Origin header that are ours: where TLS is in front, not its name without it."""
    public = urlsplit(settings.origin).netloc
    return frozenset({settings.origin, *(f"http://{one}" for one in hosts(settings) - {public})})


def sockets(origin: str) -> str:
    """An origin's WebSockets as a policy names them: it knows no IPv6 addresses.

    There browsers take ``'self'`` for them, too; some that are older take it for pages only.
    """
    return "" if "[" in origin else origin.replace("http", "ws", 1)


def content_policy(settings: Settings, nonce: str | None = None) -> str:
    """The content security policy of an answer.

    Args:
        nonce: What style elements of this answer carry; ``None``: there are none.
    """
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'" if nonce is None else f"'self' 'nonce-{nonce}'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": f"'self' {sockets(settings.origin)}".strip(),
        "worker-src": "'self'",
        "frame-src": "'self'" if settings.screens == "opaque" else settings.screens_origin("*"),
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{key} {value}" for key, value in policy.items())


def security_headers(settings: Settings) -> dict[str, str]:
    """Headers that every answer of the portal's own gets."""
    headers = {
        "Content-Security-Policy": content_policy(settings),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cache-Control": "no-store",
    }
    if settings.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers

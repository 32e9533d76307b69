"""What stands in the headers of answers, and the names under which the portal is asked for."""

from __future__ import annotations

from urllib.parse import urlsplit

from bachang.portal._settings import Settings


def cookie_name(settings: Settings) -> str:
    """The session cookie's name. Cookies know no ports, so the port is in it."""
    return "__Host-bachang" if settings.secure else f"bachang-{settings.port}"


def hosts(settings: Settings) -> frozenset[str]:
    """Values of the Host header that are ours."""
    port = settings.port
    names = {settings.authority, f"127.0.0.1:{port}", f"localhost:{port}"}
    if settings.public:
        names.add(urlsplit(settings.public).netloc.lower())
    return frozenset(names | {host.lower() for host in settings.extra_hosts})


def content_policy(settings: Settings, nonce: str | None = None) -> str:
    """The content security policy of an answer.

    Args:
        nonce: What style elements of this answer carry; ``None``: there are none.
    """
    sockets = settings.origin.replace("http", "ws", 1)
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'" if nonce is None else f"'self' 'nonce-{nonce}'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": f"'self' {sockets}",
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

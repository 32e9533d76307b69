"""Signing in by an identity provider: OpenID Connect, authorisation code with PKCE.

What was begun is kept here and not in the browser, which only holds a random word that ties
the answer to the browser that asked. The provider's word is believed after its signature,
issuer, audience, time and nonce were checked.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import Any, cast

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse

from bachang.portal._headers import cookie_name
from bachang.portal._outside import Outside
from bachang.portal._people import Accounts
from bachang.portal._problem import ProblemError, not_found
from bachang.portal._sessions import OpenedSession, Sessions
from bachang.portal._settings import OidcSettings, Settings
from bachang.portal.models import UNSEEN, Role

_PATH = "/api/session/oidc"
_COOKIE = "bachang-oidc"
_LASTS_S = 600.0
_MOST = 1000
_TIMEOUT_S = 10.0
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
_NOT_SEEN = re.compile(f"[{UNSEEN}]")
_NOT_A_NAME = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    nonce: str
    verifier: str
    at_s: float


class Oidc:
    """The identity provider, if one is set up."""

    def __init__(
        self, settings: Settings, sessions: Sessions, accounts: Accounts, outside: Outside
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._accounts = accounts
        self._outside = outside
        self._begun: dict[str, _Begun] = {}

    async def begin(self) -> RedirectResponse:
        """Send the browser to the provider.

        Raises:
            ProblemError: 404 without a provider, 503 where it does not answer.
        """
        provider = self._provider()
        found = await _discover(provider)
        state, nonce = self._outside.token(), self._outside.token()
        verifier = self._outside.token() + self._outside.token()
        self._forget_old()
        now_s = self._outside.elapsed()
        self._begun[state] = _Begun(nonce=nonce, verifier=verifier, at_s=now_s)
        async with self._client(provider) as client:
            address, _ = client.create_authorization_url(
                found["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        answer = RedirectResponse(address)
        answer.set_cookie(
            _COOKIE,
            state,
            max_age=int(_LASTS_S),
            path=_PATH,
            secure=self._settings.secure,
            httponly=True,
            samesite="lax",  # the provider's page leads back here
        )
        return answer

    async def finish(self, request: Request) -> RedirectResponse:
        """Take the provider's answer, and open a session.

        Raises:
            ProblemError: 401 where the answer is not to be believed.
        """
        provider = self._provider()
        state = request.query_params.get("state", "")
        held = request.cookies.get(_COOKIE, "")
        begun = self._begun.pop(state, None)
        if begun is None or not hmac.compare_digest(held.encode(), state.encode()):
            raise _refused("this was not begun in this browser, or too long ago")
        claims = await self._claims(provider, str(request.url), begun)
        opened = await run_in_threadpool(self._open, provider, claims)
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(_COOKIE, path=_PATH)
        answer.set_cookie(
            cookie_name(self._settings),
            opened.token,
            max_age=self._settings.session_days * 86400,
            secure=self._settings.secure,
            httponly=True,
            samesite="strict",
        )
        return answer

    async def _claims(self, provider: OidcSettings, address: str, begun: _Begun) -> dict[str, Any]:
        found = await _discover(provider)
        try:
            async with self._client(provider) as client:
                token = await client.fetch_token(
                    found["token_endpoint"],
                    authorization_response=address,
                    code_verifier=begun.verifier,
                )
            keys = await _fetch(found["jwks_uri"])
            decoded = jwt.decode(
                token["id_token"],
                KeySet.import_key_set(cast(KeySetSerialization, keys)),
                algorithms=_ALGORITHMS,
            )
            jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": found["issuer"]},
                aud={"essential": True, "value": provider.client_id},
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": begun.nonce},
            ).validate(decoded.claims)
        except (OAuthError, JoseError, httpx2.HTTPError, KeyError, ValueError) as error:
            raise _refused(f"the identity provider's answer is not valid: {error}") from error
        return dict(decoded.claims)

    def _open(self, provider: OidcSettings, claims: dict[str, Any]) -> OpenedSession:
        wanted = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
        name = _NOT_A_NAME.sub("-", wanted.partition("@")[0].lower()).strip(".-_")[:56]
        row = self._accounts.from_provider(
            f"{provider.issuer} {claims['sub']}",
            name or "person",
            _NOT_SEEN.sub("", str(claims.get("name") or wanted))[:200].strip() or name or "person",
            [Role(role) for role in provider.roles],
        )
        return self._sessions.open(row, "oidc")

    def _client(self, provider: OidcSettings) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            provider.client_id,
            provider.client_secret,
            scope="openid profile email",
            redirect_uri=f"{self._settings.origin}{_PATH}/callback",
            code_challenge_method="S256",
            timeout=_TIMEOUT_S,
        )

    def _provider(self) -> OidcSettings:
        if self._settings.oidc is None:
            raise not_found("identity provider", "oidc")
        return self._settings.oidc

    def _forget_old(self) -> None:
        now_s = self._outside.elapsed()
        living = {key: one for key, one in self._begun.items() if now_s - one.at_s < _LASTS_S}
        self._begun = dict(list(living.items())[-_MOST:])


async def _discover(provider: OidcSettings) -> dict[str, Any]:
    address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        return await _fetch(address)
    except (httpx2.HTTPError, ValueError) as error:
        raise ProblemError(
            503,
            "machine",
            "the identity provider does not answer",
            "try again later, or sign in with a password",
            retry_after_s=30,
        ) from error


async def _fetch(address: str) -> dict[str, Any]:
    """A JSON object of the provider's."""
    async with httpx2.AsyncClient(timeout=_TIMEOUT_S) as client:
        found: dict[str, Any] = (await client.get(address)).raise_for_status().json()
        return found


def _refused(detail: str) -> ProblemError:
    return ProblemError(401, "signed-out", detail, "begin again at the portal's first page")

"""Signing in and out."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from bachang.portal.models import Login, Session, Token
from bachang.portal.routes._cookie import clear_cookie, set_cookie
from bachang.portal.routes._dependencies import Asking, PortalPart

router = APIRouter(prefix="/api/session", tags=["session"])


@router.get("")
async def get_session(portal: PortalPart, person: Asking) -> Session:
    """Who is asking, and the ways to sign in."""
    return portal.sessions.describe(person)


@router.post("")
def sign_in(login: Login, response: Response, portal: PortalPart) -> Session:
    """Sign in with name and password."""
    opened = portal.sessions.sign_in(login.name, login.password.get_secret_value())
    set_cookie(response, opened, portal.settings)
    return portal.sessions.describe(opened.person)


@router.delete("", status_code=204)
def sign_out(request: Request, response: Response, portal: PortalPart, person: Asking) -> None:
    """End this session."""
    portal.sessions.sign_out(request.state.session, person)
    clear_cookie(response, portal.settings)


@router.post("/token")
def sign_in_with_token(token: Token, response: Response, portal: PortalPart) -> Session:
    """Sign in with the one-time token that `bachang serve` printed."""
    opened = portal.sessions.sign_in_with_token(token.token.get_secret_value())
    set_cookie(response, opened, portal.settings)
    return portal.sessions.describe(opened.person)


@router.get("/oidc", status_code=307, response_class=RedirectResponse)
async def sign_in_with_oidc(portal: PortalPart) -> RedirectResponse:
    """Go to the identity provider."""
    return await portal.oidc.begin()


@router.get("/oidc/callback", status_code=303, response_class=RedirectResponse)
async def return_from_oidc(request: Request, portal: PortalPart) -> RedirectResponse:
    """Come back from the identity provider."""
    return await portal.oidc.finish(request)

"""Accounts, groups and invitations."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from bachang.portal.models import (
    AcceptedInvitation,
    Account,
    AccountChange,
    Group,
    Identity,
    Invitation,
    NewAccount,
    NewGroup,
    NewInvitation,
    OpenSession,
    Page,
    Session,
)
from bachang.portal.routes._cookie import set_cookie
from bachang.portal.routes._dependencies import After, Asking, Limit, PortalPart

router = APIRouter(prefix="/api", tags=["people"])


@router.get("/accounts")
def list_accounts(portal: PortalPart, after: After = None, limit: Limit = 50) -> Page[Account]:
    """All accounts, by name."""
    return portal.accounts.page(after=after, limit=limit)


@router.post("/accounts", status_code=201)
def create_account(new: NewAccount, portal: PortalPart, person: Asking) -> Account:
    """Make an account."""
    return portal.accounts.create(new, by=person)


@router.get("/accounts/{account}")
def get_account(account: Identity, portal: PortalPart) -> Account:
    """One account."""
    return portal.accounts.get(account)


@router.patch("/accounts/{account}")
def change_account(
    account: Identity, change: AccountChange, portal: PortalPart, person: Asking
) -> Account:
    """Change one's own name or password; administrators: anything of anybody."""
    return portal.accounts.change(account, change, by=person)


@router.get("/accounts/{account}/sessions")
def list_sessions(account: Identity, request: Request, portal: PortalPart) -> list[OpenSession]:
    """The browsers in which somebody is signed in, last used first."""
    return portal.sessions.of(account, request.state.session)


@router.delete("/accounts/{account}/sessions", status_code=204)
def end_sessions(account: Identity, request: Request, portal: PortalPart, person: Asking) -> None:
    """Sign somebody out everywhere but in the session that asks."""
    portal.sessions.end_others(account, request.state.session, by=person)


@router.get("/groups")
def list_groups(
    portal: PortalPart, person: Asking, after: After = None, limit: Limit = 50
) -> Page[Group]:
    """The groups that whoever asks owns or is in; organisers and administrators: all."""
    return portal.groups.page(person, after=after, limit=limit)


@router.post("/groups", status_code=201)
def create_group(new: NewGroup, portal: PortalPart, person: Asking) -> Group:
    """Make a group."""
    return portal.groups.create(new, by=person)


@router.get("/groups/{group}")
def get_group(group: Identity, portal: PortalPart) -> Group:
    """One group."""
    return portal.groups.get(group)


@router.delete("/groups/{group}", status_code=204)
def delete_group(group: Identity, portal: PortalPart, person: Asking) -> None:
    """Delete a group; its people and their runs stay."""
    portal.groups.delete(group, by=person)


@router.get("/groups/{group}/members")
def list_members(
    group: Identity, portal: PortalPart, after: After = None, limit: Limit = 50
) -> Page[Account]:
    """The people in a group, by name."""
    return portal.groups.members(group, after=after, limit=limit)


@router.put("/groups/{group}/members/{account}", status_code=204)
def add_member(group: Identity, account: Identity, portal: PortalPart, person: Asking) -> None:
    """Put somebody into a group."""
    portal.groups.add_member(group, account, by=person)


@router.delete("/groups/{group}/members/{account}", status_code=204)
def remove_member(group: Identity, account: Identity, portal: PortalPart, person: Asking) -> None:
    """Take somebody out of a group."""
    portal.groups.remove_member(group, account, by=person)


@router.get("/invitations")
def list_invitations(
    portal: PortalPart, person: Asking, after: After = None, limit: Limit = 50
) -> Page[Invitation]:
    """One's own open invitations; administrators: all."""
    return portal.invitations.page(person, after=after, limit=limit)


@router.post("/invitations", status_code=201)
def create_invitation(new: NewInvitation, portal: PortalPart, person: Asking) -> Invitation:
    """Make an invitation; its token is told here and never again."""
    return portal.invitations.create(new, by=person)


@router.delete("/invitations/{invitation}", status_code=204)
def delete_invitation(invitation: Identity, portal: PortalPart, person: Asking) -> None:
    """Call an invitation back."""
    portal.invitations.delete(invitation, by=person)


@router.post("/invitations/accept", status_code=201)
def accept_invitation(
    accepted: AcceptedInvitation, response: Response, portal: PortalPart
) -> Session:
    """Make an account by an invitation, and sign in."""
    opened = portal.invitations.accept(accepted)
    set_cookie(response, opened, portal.settings)
    return portal.sessions.describe(opened.person)

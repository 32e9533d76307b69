"""Documents about people: sessions, accounts, groups, invitations, the audit log."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, SecretStr

from bachang.portal.models._base import Document, Identity, Line, Name, Password


class Role(enum.StrEnum):
    """What a person is to the range. A person may be several."""

    VISITOR = "visitor"
    """Sees the library and the boards that are shown to everybody."""
    TRAINEE = "trainee"
    """Has runs of its own."""
    INSTRUCTOR = "instructor"
    """Holds classes, and sees and helps the runs in them."""
    AUTHOR = "author"
    """Brings packs, and may run those that are not verified yet."""
    ORGANISER = "organiser"
    """Holds any exercise for any group; may run packs that are not verified yet."""
    OPERATOR = "operator"
    """Looks after the machine; sees every exercise."""
    ADMINISTRATOR = "administrator"
    """Looks after the people."""


class Account(Document):
    """A person."""

    id: Identity
    name: Name
    display_name: str
    roles: list[Role]
    disabled: bool = False
    created_at: datetime


class SignIn(Document):
    """The ways in."""

    local: bool
    """One person's range on this machine: opened by the address that `bachang serve` printed."""
    oidc: str | None = None
    """Title of the identity provider; its button leads to ``/api/session/oidc``."""


class Session(Document):
    """Who is asking."""

    account: Account | None
    """``null``: nobody has signed in."""
    sign_in: SignIn
    screens: str
    """How pages of hosts are shown: ``origin`` (own origin each) or ``opaque`` (no cookies)."""


class OpenSession(Document):
    """A browser in which somebody is signed in."""

    used_at: datetime
    """When it was last used, to within ten minutes."""
    current: bool
    """It is the one that asks."""


class Login(Document):
    """Name and password."""

    name: Name
    password: Annotated[SecretStr, Field(max_length=200)]


class Token(Document):
    """The one-time token of the local mode."""

    token: Annotated[SecretStr, Field(max_length=200)]


class NewAccount(Document):
    """An account to be made."""

    name: Name
    display_name: Line | None = None
    password: Password
    roles: Annotated[list[Role], Field(min_length=1, max_length=7)]


class AccountChange(Document):
    """What to change; what is left out stays. Roles and ``disabled`` only by administrators."""

    display_name: Line | None = None
    password: Password | None = None
    current_password: Annotated[SecretStr, Field(max_length=200)] | None = None
    """Needed to change one's own password."""
    roles: Annotated[list[Role], Field(min_length=1, max_length=7)] | None = None
    disabled: bool | None = None


class Group(Document):
    """People who are taught together."""

    id: Identity
    title: str
    owner: Identity
    members: int
    created_at: datetime


class NewGroup(Document):
    """A group to be made; whoever makes it owns it."""

    title: Line


class NewInvitation(Document):
    """A link by which people make their own accounts."""

    roles: Annotated[list[Role], Field(min_length=1, max_length=7)] = Field(
        default_factory=lambda: [Role.TRAINEE]
    )
    group: Identity | None = None
    uses: Annotated[int, Field(ge=1, le=1000)] = 1
    days: Annotated[int, Field(ge=1, le=90)] = 7


class Invitation(Document):
    """An invitation; its token is told once, when it is made."""

    id: Identity
    roles: list[Role]
    group: Identity | None
    uses_left: int
    expires_at: datetime
    created_by: Identity
    token: str | None = None


class AcceptedInvitation(Document):
    """Somebody makes an account by an invitation."""

    token: Annotated[SecretStr, Field(max_length=200)]
    name: Name
    display_name: Line | None = None
    password: Password


class AuditEntry(Document):
    """Something that somebody did in the portal. Each entry's hash covers the one before."""

    sequence: int
    at: datetime
    account: str
    """Name of the account; ``portal`` for the portal itself."""
    action: str
    subject: str
    data: dict[str, Any]
    hash: str


class AuditCheck(Document):
    """Whether the audit log is as it was written."""

    intact: bool
    entries: int
    broken_at: int | None = None
    """Sequence of the first entry that does not follow from the one before."""

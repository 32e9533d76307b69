"""The portal's parts, as its routes are given them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bachang.portal._access import Access
    from bachang.portal._audit import Audit
    from bachang.portal._drafts import Drafts, Reader
    from bachang.portal._exercises import Boards, Control, Exercises, Opening
    from bachang.portal._library import Library
    from bachang.portal._live import Live
    from bachang.portal._machine import MachineView
    from bachang.portal._oidc import Oidc
    from bachang.portal._people import Accounts, Groups, Invitations
    from bachang.portal._runs import Answers, Deeds, Hints, Reports, Runs
    from bachang.portal._screens import Screens
    from bachang.portal._sessions import Sessions
    from bachang.portal._settings import Settings
    from bachang.portal._terminals import Terminals
    from bachang.portal._verifier import Verifier
    from bachang.portal.store import PortalStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """Everything that a route may use. Made once, by `bachang.portal.assemble`."""

    settings: Settings
    store: PortalStore
    access: Access
    sessions: Sessions
    oidc: Oidc
    accounts: Accounts
    groups: Groups
    invitations: Invitations
    audit: Audit
    library: Library
    drafts: Drafts
    reader: Reader
    verifier: Verifier
    exercises: Exercises
    opening: Opening
    control: Control
    boards: Boards
    runs: Runs
    answers: Answers
    hints: Hints
    deeds: Deeds
    reports: Reports
    terminals: Terminals
    screens: Screens
    live: Live
    machine: MachineView

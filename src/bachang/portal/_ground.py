"""What every service of the portal stands on."""

from __future__ import annotations

from dataclasses import dataclass

from bachang.portal._audit import Audit
from bachang.portal._outside import Outside
from bachang.portal._settings import Settings
from bachang.portal.store import PortalStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Settings, data base, log of deeds, clock and randomness."""

    settings: Settings
    store: PortalStore
    audit: Audit
    outside: Outside

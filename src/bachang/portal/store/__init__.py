"""Where the portal keeps people and exercises: tables, migrations, connections."""

from bachang.portal.store import _tables as tables
from bachang.portal.store._database import PortalStore, migrate

__all__ = ["PortalStore", "migrate", "tables"]

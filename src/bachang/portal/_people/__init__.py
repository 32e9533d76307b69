"""Accounts, groups and invitations."""

from bachang.portal._people._accounts import Accounts
from bachang.portal._people._groups import Groups
from bachang.portal._people._invitations import Invitations
from bachang.portal._people._rows import is_member

__all__ = ["Accounts", "Groups", "Invitations", "is_member"]

"""Packs in the hands of their authors: files that are read, saved, and read as a whole.

Only packs that people brought or made are edited; they lie in the portal's own folder. Nothing
of a pack is run here: reading one means loading, resolving and linting it. What an editor holds
and has not saved stands for the files on the disk.
"""

from bachang.portal._drafts._files import Drafts
from bachang.portal._drafts._reader import Reader

__all__ = ["Drafts", "Reader"]

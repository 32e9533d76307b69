"""One run: how it looks, and what can be done with it."""

from bachang.portal._runs._answers import Answers
from bachang.portal._runs._deeds import Deeds
from bachang.portal._runs._hints import Hints
from bachang.portal._runs._reports import PAGE_POLICY, Reports
from bachang.portal._runs._runs import Runs

__all__ = ["PAGE_POLICY", "Answers", "Deeds", "Hints", "Reports", "Runs"]

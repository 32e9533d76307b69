"""Root becomes an ordinary account before anything else happens.

`leave_root` is the first call of the ``bachang`` command, of the tests and of the benchmarks.
"""

from bachang.account._account import ACCOUNT, leave_root
from bachang.account._neutral import PLACE

__all__ = ["ACCOUNT", "PLACE", "leave_root"]

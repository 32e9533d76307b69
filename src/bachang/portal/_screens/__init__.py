"""Pages of hosts in people's browsers, apart from the portal's own origin.

Where names can be had, each page has a random origin of its own. With only an IP address it is
below a random path of the portal's, in a document that browsers treat as nobody's: sandboxed by
its policy, without cookies.
"""

from bachang.portal._screens._screens import Screens
from bachang.portal._screens._serve import is_page

__all__ = ["Screens", "is_page"]

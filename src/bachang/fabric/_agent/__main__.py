"""Start of the agent's process; see `bachang.fabric._agent`."""

from __future__ import annotations

from bachang.fabric._agent._main import main

main()

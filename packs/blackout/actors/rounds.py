"""The shift leader's round: look at the status board and say what it shows."""

import json
import urllib.request

with urllib.request.urlopen("http://10.20.20.12/status.json", timeout=3) as page:
    board = json.load(page)


def shown(name: str) -> object:
    """A value of the board, or a dash if it is older than 5 s."""
    one = board[name]
    fresh = one["age_s"] is not None and one["age_s"] < 5
    return one["value"] if fresh else "—"


mains = {True: "✓", False: "✗"}.get(shown("mains_ok"), "—")
feed = "市电 mains" if shown("on_mains") is True else "机组 genset"
feed = feed if shown("on_mains") is True or shown("on_genset") is True else "—"
print(f"市电 mains {mains}  机房 hall ⇐ {feed}  机组 genset {shown('genset_hz')} Hz")

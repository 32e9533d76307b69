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


print(
    f"mains {shown('mains_ok')}, on mains {shown('on_mains')}, on genset {shown('on_genset')}, "
    f"genset {shown('genset_hz')} Hz, {shown('genset_kw')} kW"
)

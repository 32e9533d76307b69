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


volts = shown("mains_v")
alive = isinstance(volts, float) and volts > 180
if shown("on_genset") is True:
    hall = "⇐ 机组 genset"
else:
    hall = "⇐ 市电 mains" if shown("on_mains") is True and alive else "✗ 停电 dark"
print(f"市电 mains {'✓' if alive else '✗'} · 机房 hall {hall} · {shown('genset_hz')} Hz")

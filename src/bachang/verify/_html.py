"""The report as one self-contained page, in English and Chinese (a button switches)."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from bachang.plan import Text
from bachang.verify._report import Check, VerifyReport

_PARTS: dict[str, Text] = {
    "load": {"en": "Reading the pack", "zh": "读取靶场包"},
    "deploy": {"en": "Bringing it up", "zh": "部署"},
    "weakness": {"en": "Weaknesses", "zh": "弱点"},
    "task": {"en": "Tasks", "zh": "任务"},
    "quiet": {"en": "Quiet operation", "zh": "平静运行"},
    "containment": {"en": "Containment", "zh": "隔离"},
    "replay": {"en": "Replay", "zh": "重放"},
}

_STYLE = """
body{font:16px/1.55 system-ui,"Noto Sans CJK SC",sans-serif;margin:2rem auto;max-width:60rem;
padding:0 1rem;color:#1c2a33;background:#fbfcfd}
header{display:flex;gap:1rem;align-items:baseline;flex-wrap:wrap}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:1.8rem 0 .3rem}
.verdict{padding:.1rem .7rem;border-radius:.4rem;color:#fff;background:#1f8a4c}
.bad .verdict{background:#c0392b}
button{margin-left:auto;font:inherit;border:1px solid #b8c4cc;background:#fff;
border-radius:.4rem;padding:.1rem .7rem;cursor:pointer}
table{border-collapse:collapse;width:100%}td{padding:.3rem .6rem;border-top:1px solid #dde4e8;
vertical-align:top}td:first-child{width:1.5rem;font-weight:bold;color:#1f8a4c}
td:last-child{text-align:right;color:#6a7a84;white-space:nowrap}
tr.no td:first-child{color:#c0392b}small{color:#6a7a84;display:block}
.reason{color:#c0392b;white-space:pre-wrap}code{color:#6a7a84;font-size:.85em}
html[lang=en] .zh,html[lang=zh] .en{display:none}
"""

_SWITCH = "var r=document.documentElement;r.lang=r.lang=='en'?'zh':'en'"


Told = Callable[[str], Text]


def _as_it_is(english: str) -> Text:
    return {"en": english}


def to_html(report: VerifyReport, *, language: str = "en", told: Told = _as_it_is) -> str:
    """The page of a report.

    Args:
        report: What was found.
        language: ``en`` or ``zh``: what is shown first; the reader can switch.
        told: Gives what was seen, and why something does not hold, for readers of either
            language; without it that stays English.
    """
    parts = dict.fromkeys(check.part for check in report.checks)
    sections = "".join(_section(part, report, told) for part in parts)
    verdict = _both("verified", "验证通过") if report.ok else _both("not verified", "验证未通过")
    held = sum(check.ok for check in report.checks)
    count = _both(
        f"{held} of {len(report.checks)} checks hold, {report.duration_s:.1f} s",
        f"{len(report.checks)} 项检查中 {held} 项成立，用时 {report.duration_s:.1f} 秒",
    )
    return (
        f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">'
        f"<title>{escape(report.pack)}</title><style>{_STYLE}</style>"
        f'<body class="{"good" if report.ok else "bad"}"><header><h1>{_text(report.title)}</h1>'
        f'<span class="verdict">{verdict}</span>{count}'
        f'<button onclick="{_SWITCH}">{_both("中文", "English")}</button></header>'
        f"<code>{escape(report.pack)} · {escape(report.plan)}</code>{sections}</body></html>"
    )


def _section(part: str, report: VerifyReport, told: Told) -> str:
    rows = "".join(_row(check, told) for check in report.checks if check.part == part)
    title = _PARTS.get(part, {"en": part, "zh": part})
    return f"<h2>{_text(title)}</h2><table>{rows}</table>"


def _row(check: Check, told: Told) -> str:
    said = f'<div class="reason">{_text(told(check.reason))}</div>' if check.reason else ""
    seen = f" · {_text(told(check.evidence))}" if check.evidence else ""
    return (
        f'<tr class="{"yes" if check.ok else "no"}"><td>{"✓" if check.ok else "✗"}</td>'
        f"<td>{_text(check.title)}<small><code>{escape(check.name)}</code>{seen}</small>"
        f"{said}</td>"
        f"<td>{check.duration_s:.1f} s</td></tr>"
    )


def _text(text: Text) -> str:
    return _both(text.get("en", ""), text.get("zh") or text.get("en", ""))


def _both(english: str, chinese: str) -> str:
    return f'<span class="en">{escape(english)}</span><span class="zh">{escape(chinese)}</span>'

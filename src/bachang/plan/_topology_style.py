"""Colours, icons and words of the picture of a world."""

from __future__ import annotations

LANE_COLOURS = ("sky", "violet", "teal", "amber", "rose", "lime")

_LIGHT = {
    "paper": "#ffffff",
    "ink": "#17212e",
    "soft": "#5b6b7f",
    "card": "#ffffff",
    "edge": "#c9d3df",
    "spine": "#46566b",
    "sky": "#1f78c8",
    "violet": "#7a4fc9",
    "teal": "#0e8f83",
    "amber": "#c07a08",
    "rose": "#c33b6a",
    "lime": "#5c8f17",
    "process": "#b4560f",
}
_DARK = {
    "paper": "#0f151d",
    "ink": "#e8eef6",
    "soft": "#93a3b7",
    "card": "#1a232f",
    "edge": "#374558",
    "spine": "#9fb0c5",
    "sky": "#5cb0f5",
    "violet": "#b291f2",
    "teal": "#43cdbd",
    "amber": "#f0b044",
    "rose": "#f27fa6",
    "lime": "#a6d65c",
    "process": "#f2994a",
}


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())


_RULES = """
svg{background:var(--paper);font-family:system-ui,"Segoe UI","Noto Sans","Noto Sans CJK SC",
"Microsoft YaHei",sans-serif}
text{fill:var(--ink)}
.mono{font-family:ui-monospace,"SF Mono","DejaVu Sans Mono","Noto Sans Mono",monospace}
.title{font-weight:700}.name{font-weight:600}.soft{fill:var(--soft)}.port{fill:var(--spine)}
.lane{fill:var(--c);fill-opacity:.08;stroke:var(--c);stroke-opacity:.28}
.lane-title{fill:var(--c);font-weight:700}
.bus{stroke:var(--c);stroke-width:3;fill:none;stroke-linecap:round}
.joint{fill:var(--paper);stroke:var(--c);stroke-width:3}
.spine{stroke:var(--spine);stroke-width:2.5;fill:none}
.card{fill:var(--card);stroke:var(--edge)}
.device{stroke:var(--process);stroke-width:1.5}
.router{stroke:var(--spine);stroke-width:2}
.icon,.bolt{fill:none;stroke:var(--spine);stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
.bolt{stroke:var(--process)}
.system{fill:var(--card);stroke:var(--process);stroke-width:1.5}
.wire{fill:none;stroke:var(--process);stroke-width:2}
.head{fill:var(--process)}
.back{stroke-dasharray:5 4;stroke-width:1.5}
.role-red{fill:#e5484d}.role-blue{fill:#3b82f6}.role-green{fill:#30a46c}
.role-white{fill:var(--card);stroke:var(--soft)}
"""

STYLE = (
    f":root{{{_variables(_LIGHT)}}}"
    f"@media (prefers-color-scheme:dark){{:root{{{_variables(_DARK)}}}}}"
    + "".join(f".{name}{{--c:var(--{name})}}" for name in (*LANE_COLOURS, "process"))
    + _RULES
)

ICONS = {
    "desk": "M1 2h18v12H1zM7 18h6M10 14v4",
    "server": "M2 1h16v7H2zM2 11h16v7H2zM5 4.5h.1M5 14.5h.1M9 4.5h6M9 14.5h6",
    "device": "M4 1h12v18H4zM7 4h6v5H7zM7 13h.1M10 13h.1M13 13h.1M7 16h.1M10 16h.1M13 16h.1",
    "router": "M10 1a9 9 0 1 0 .01 0M10 8V4m-2 2 2-2 2 2M10 12v4m-2-2 2 2 2-2M8 10H4m2-2-2 2 2 2"
    "M12 10h4m-2-2 2 2-2 2",
    "firewall": "M1 3h18v14H1zM1 7.7h18M1 12.3h18M7 3v4.7M13 3v4.7M4 7.7v4.6M10 7.7v4.6M16 7.7v4.6"
    "M7 12.3V17M13 12.3V17",
    "power": "M9 1 2 11h5l-1 7 7-10H8z",
}
"""Outlines in a square of 20."""

WORDS = {
    "en": {
        "counts": "{} hosts and routers · {} networks · {} field systems",
        "systems": "Field systems",
        "red": "attacker",
        "blue": "defender",
        "green": "everyday user",
        "white": "exercise control",
    },
    "zh": {
        "counts": "主机与路由器 {} 台 · 网络 {} 个 · 现场系统 {} 套",
        "systems": "现场系统",
        "red": "攻击方",
        "blue": "防守方",
        "green": "日常用户",
        "white": "导调方",
    },
}

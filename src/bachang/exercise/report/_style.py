"""The page's looks: one sheet, light and dark, screen, phone and paper."""

from __future__ import annotations

_LIGHT = """color-scheme:light;--paper:#f5f7fa;--card:#ffffff;--ink:#16202c;--soft:#5c6b7d;
--line:#dde4ec;--faint:#edf1f6;--control:#6b5bd2;--attack:#d43d51;--defence:#1d74d8;
--answer:#0f8f6b;--alarm:#c67a06;--world:#7a8899;--command:#4d6a8a;--platform:#a03ba8;--good:#12855a;--bad:#c8323f;
--l0:#1d74d8;--l1:#d9730d;--l2:#0f8f6b;--l3:#a03ba8;--on:#3aa981;--off:#e3e9f0;
--s0:#dbe6f5;--s1:#fbe0c3;--s2:#cfeee2;--s3:#ecd9f5;--s4:#f8d4d8;--s5:#e8e4c9;"""
_DARK = """color-scheme:dark;--paper:#0d131b;--card:#151d28;--ink:#e7edf5;--soft:#93a2b5;
--line:#28344422;--line:#2a3646;--faint:#1c2634;--control:#a59bf3;--attack:#f2707f;--defence:#5fa8f8;
--answer:#43c79b;--alarm:#eaa43a;--world:#8d9bad;--command:#9db7d4;--platform:#d582dc;--good:#43c79b;--bad:#f2707f;
--l0:#5fa8f8;--l1:#f0a050;--l2:#43c79b;--l3:#d582dc;--on:#2f9673;--off:#232e3d;
--s0:#27405f;--s1:#5a401f;--s2:#1f4d3f;--s3:#47305a;--s4:#5c2b33;--s5:#494526;"""

_SWITCHES = """
body:has(#lang-en:checked) .zh,body:has(#lang-zh:checked) .en{display:none}
.switch{display:inline-flex;border:1px solid var(--line);border-radius:999px;overflow:hidden;
background:var(--card)}
.switch input{position:absolute;opacity:0;pointer-events:none}
.switch label{padding:.22rem .8rem;cursor:pointer;font-size:.86rem;color:var(--soft)}
.switch input:checked+label{background:var(--ink);color:var(--card)}
.switch input:focus-visible+label{outline:2px solid var(--defence);outline-offset:-2px}
"""

_FRAME = """
*{box-sizing:border-box}
html{background:var(--paper);-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0 auto;max-width:1180px;padding:1.4rem 1.4rem 4rem;background:var(--paper);
color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC",
"PingFang SC","Microsoft YaHei",sans-serif}
header{display:flex;gap:.6rem 1rem;align-items:flex-start;flex-wrap:wrap;margin-bottom:1.2rem}
header>div:first-child{flex:1 1 22rem}
.kicker{color:var(--soft);font-size:.86rem;letter-spacing:.03em}
h1{font-size:1.9rem;line-height:1.2;margin:.15rem 0 .3rem;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:0 0 .9rem}
h3{font-size:1rem;margin:1.2rem 0 .5rem}
p{margin:.3rem 0}a{color:inherit}
small,.soft{color:var(--soft)}
code,.mono{font-family:ui-monospace,"SF Mono","DejaVu Sans Mono","Noto Sans Mono",monospace;
font-size:.88em;overflow-wrap:anywhere}
section{background:var(--card);border:1px solid var(--line);border-radius:14px;
padding:1.2rem 1.3rem;margin:0 0 1.1rem}
table{border-collapse:collapse;width:100%}
th{font-size:.8rem;font-weight:600;color:var(--soft);text-align:left;padding:.25rem .6rem .25rem 0;
border-bottom:1px solid var(--line);white-space:nowrap}
td{padding:.45rem .6rem .45rem 0;border-bottom:1px solid var(--faint);vertical-align:top}
tr:last-child td{border-bottom:0}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.wide{overflow-x:auto}
"""

_OUTCOME = """
.outcome{display:grid;grid-template-columns:auto 1fr;gap:1rem 2rem;align-items:center}
.ring{position:relative;width:156px;height:156px}
.ring svg{width:100%;height:100%;transform:rotate(-90deg)}
.ring circle{fill:none;stroke-width:11;stroke:var(--faint)}
.ring .part{stroke:var(--good);stroke-linecap:round}
.ring div{position:absolute;inset:0;display:flex;flex-direction:column;align-items:center;
justify-content:center;line-height:1.15}
.ring b{font-size:2.3rem;font-variant-numeric:tabular-nums}
.goals{list-style:none;margin:0;padding:0}
.goals li{padding:.18rem 0 .18rem 1.6rem;position:relative}
.goals li::before{content:"○";position:absolute;left:.1rem;color:var(--soft)}
.goals .met::before{content:"✓";color:var(--good);font-weight:700}
.goals .goal{font-weight:600}.goals .part-of{margin-left:1.5rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:.7rem;
margin-top:1.2rem}
.tile{background:var(--faint);border-radius:10px;padding:.6rem .8rem}
.tile b{display:block;font-size:1.35rem;line-height:1.25;font-variant-numeric:tabular-nums}
.tile b i{font-style:normal;font-size:.8rem;font-weight:500;color:var(--soft)}
.tile.hurt b{color:var(--bad)}.tile.fine b{color:var(--good)}
.map{display:block;width:100%;min-width:680px;height:auto;border-radius:8px}
"""

_STACK = """
.stack{--gutter:5.4rem;position:relative;padding-left:var(--gutter)}
.rules{position:absolute;inset:0 0 2.2rem var(--gutter);pointer-events:none}
.rule{position:absolute;top:0;bottom:0;width:0;border-left:1px solid var(--c);opacity:.45}
.rule.control{--c:var(--control);border-left-style:dashed}.rule.attack{--c:var(--attack)}
.rule.defence{--c:var(--defence)}.rule.epoch{--c:var(--soft);border-left:2px dotted var(--soft)}
.hair{position:absolute;top:0;bottom:0;width:0;border-left:1px solid var(--ink);
pointer-events:none;z-index:3}
.hair b{position:absolute;top:100%;transform:translateX(-50%);font:600 .78rem/1.5 system-ui;
background:var(--ink);color:var(--card);padding:0 .45em;border-radius:4px;font-style:normal}
.track{position:relative;height:100%}
.row{position:relative;height:24px;border-bottom:1px solid var(--faint)}
.row-name{position:absolute;right:calc(100% + .9em);white-space:nowrap;font-size:.76rem;
line-height:24px;color:var(--soft)}
.band-name{display:block;width:fit-content;font-size:.76rem;line-height:1.35;color:var(--soft)}
.band-name,figcaption>*{position:relative;background:var(--card);box-shadow:0 0 0 2px var(--card)}
.rows{margin-bottom:.7rem}
.dot{position:absolute;top:50%;width:11px;height:11px;margin:-5.5px;border-radius:50%;
background:var(--c);border:2px solid var(--card);box-shadow:0 0 0 1px var(--c);z-index:2}
.dot:hover,.dot:focus-visible{transform:scale(1.5)}
.attack{--c:var(--attack)}.defence{--c:var(--defence)}.control{--c:var(--control)}
.command{--c:var(--command)}.answer{--c:var(--answer)}.alarm{--c:var(--alarm)}.world{--c:var(--world)}
.platform{--c:var(--platform)}
.row.command .dot{width:7px;height:7px;margin:-3.5px}
.row.control .dot{border-radius:2px;transform:rotate(45deg)}
.row.answer .dot.bad,.row.defence .dot.bad,.row.attack .dot.bad{background:var(--card)}
.band{margin:.35rem 0 0}
.band .track{height:16px;border-radius:4px;overflow:hidden;background:var(--faint)}
.band i{position:absolute;top:0;bottom:0;display:flex;flex-wrap:wrap;overflow:hidden;
font:500 11px/16px system-ui,"Noto Sans CJK SC",sans-serif;white-space:nowrap;color:var(--ink);
border-right:1px solid var(--card)}
.band i::before{content:"";height:100%}.band i>span{padding:0 5px}
.band .on{background:var(--on)}.band .off{background:var(--off)}
.s0{background:var(--s0)}.s1{background:var(--s1)}.s2{background:var(--s2)}
.s3{background:var(--s3)}.s4{background:var(--s4)}.s5{background:var(--s5)}
.chart{margin:1rem 0 0}
figcaption{font-size:.86rem;display:flex;flex-wrap:wrap;gap:.1rem .9rem;align-items:baseline;
margin-bottom:.2rem}
.key{color:var(--soft)}.key::before{content:"";display:inline-block;width:14px;height:3px;
border-radius:2px;background:var(--k);margin-right:.4em;vertical-align:middle}
.key output{color:var(--ink);font-weight:600;font-variant-numeric:tabular-nums}
.l0{--k:var(--l0)}.l1{--k:var(--l1)}.l2{--k:var(--l2)}.l3{--k:var(--l3)}
.plot{position:relative;height:104px}
.plot svg{width:100%;height:100%;display:block;overflow:visible}
.plot span{position:absolute;right:calc(100% + .9em);font-size:.72rem;color:var(--soft);
line-height:1;font-variant-numeric:tabular-nums}
.plot .high{top:-2px}.plot .low{bottom:-2px}
.grid{stroke:var(--faint);stroke-width:1;vector-effect:non-scaling-stroke}
.line{fill:none;stroke:var(--k);stroke-width:1.8;vector-effect:non-scaling-stroke;
stroke-linejoin:round}
.axis{margin-top:.4rem;text-align:right;height:2.2rem}
.axis .track{height:1.1rem;text-align:left;border-top:1px solid var(--line)}
.axis .track span{position:absolute;top:.15rem;transform:translateX(-50%);font-size:.74rem;
color:var(--soft);font-variant-numeric:tabular-nums}
.axis small{font-size:.74rem}
"""

_TABLES = """
.pill{display:inline-block;font-size:.78rem;line-height:1.5;padding:0 .6em;border-radius:999px;
color:var(--c);background:color-mix(in srgb,var(--c) 13%,transparent);white-space:nowrap}
.tick{color:var(--good);font-weight:700}.cross{color:var(--soft)}
.minus{color:var(--bad);font-size:.82rem}
.filters{display:flex;flex-wrap:wrap;gap:.4rem;margin-bottom:.7rem}
.filters label{cursor:pointer}.filters input{position:absolute;opacity:0}
.filters input:not(:checked)+.pill{opacity:.4;text-decoration:line-through}
.filters input:focus-visible+.pill{outline:2px solid var(--c)}
.timeline td:first-child{width:4.4rem}.timeline td:nth-child(2){width:9rem}
.timeline tr:target td{background:color-mix(in srgb,var(--alarm) 16%,transparent)}
.timeline .bad{color:var(--bad)}
.detail{display:block;color:var(--soft);font-size:.82rem;white-space:pre-wrap;overflow-wrap:anywhere;
max-height:6.4em;overflow:hidden}
.times{color:var(--soft);font-size:.82rem}
.state{font-weight:600}.state.hurt{color:var(--bad)}.state.fine{color:var(--good)}
.proof{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.2rem;margin:0}
.proof dt{color:var(--soft)}.proof dd{margin:0;min-width:0}
"""

_PHONE = """
@media(max-width:640px){body{padding:1rem .8rem 3rem}section{padding:1rem .9rem;border-radius:12px}
h1{font-size:1.5rem}.outcome{grid-template-columns:1fr;justify-items:center}
.outcome .goals{justify-self:stretch}.tiles{grid-template-columns:1fr 1fr}
.stack{--gutter:4.3rem}.row-name{right:calc(100% + .9em);font-size:.7rem}
.axis .track span:nth-child(even){display:none}.plot{height:92px}
.plot span{right:calc(100% + .4em)}
.tasks :is(th,td):is(:nth-child(2),:nth-child(3)){display:none}
.weaknesses tr{display:grid;grid-template-columns:1fr 6rem 4rem;padding:.35rem 0;
border-bottom:1px solid var(--faint)}.weaknesses tr:last-child{border:0}
.weaknesses :is(th,td){border:0;padding:.1rem .6rem .1rem 0}
.weaknesses :is(th,td):first-child{grid-column:1/-1}.weaknesses code{white-space:nowrap}
.timeline tr{display:grid;grid-template-columns:3.1rem 1fr;border-bottom:1px solid var(--faint);
padding:.35rem 0}.timeline td{border:0;padding:0}.timeline td:nth-child(3){grid-column:2}
.timeline .num{text-align:left;grid-row:span 2}
.proof{grid-template-columns:1fr;gap:0}.proof dd{margin-bottom:.5rem}}
"""

_PAPER = """
@page{size:A4;margin:14mm}
@media print{html,body{background:#fff}body{max-width:none;padding:0;font-size:11px}
.switches,.filters{display:none}section{border:0;border-top:1px solid #bbb;border-radius:0;
padding:.7rem 0;margin:0}.chart,.band,.outcome,tr,.tile{break-inside:avoid}
h2,tr:first-child{break-after:avoid}
.detail{max-height:none}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""

STYLE = (
    f":root{{{_LIGHT}}}"
    f"@media(prefers-color-scheme:dark){{:root:not(:has(#look-light:checked)){{{_DARK}}}}}"
    f":root:has(#look-dark:checked){{{_DARK}}}"
    f"{_SWITCHES}{_FRAME}{_OUTCOME}{_STACK}{_TABLES}{_PHONE}{_PAPER}"
)

"""Firewalls: an author's rules, and those of NAT routers, written for the author."""

from __future__ import annotations

import re

from bachang.plan._draft import Draft
from bachang.plan._world import Interface
from bachang.scenario import Where, models

_FAMILIES = {"inet", "arp", "bridge", "netdev"}
_TABLE = """\
# What leaves towards {networks} carries this router's own address.
table inet gateway {{
  chain postrouting {{
    type nat hook postrouting priority srcnat; policy accept;
    meta nfproto ipv4 oifname {links} masquerade
  }}
}}
"""


def resolve_nat(draft: Draft, where: Where, host: models.Host) -> tuple[str, ...]:
    """The networks on a router's outer side; one that it does not hang on is a mistake."""
    if not isinstance(host, models.Router):
        return ()
    outer = draft.all_known((*where, "nat"), "network of this router", host.nat, host.networks)
    if outer and set(outer) == set(host.networks):
        remedy = "leave out the network whose hosts it is to hide"
        draft.wrong((*where, "nat"), "has no inner side", remedy, key=True)
    return outer


def resolve_firewall(
    draft: Draft,
    where: Where,
    given: models.Content | None,
    outer: tuple[str, ...],
    interfaces: tuple[Interface, ...],
) -> str | None:
    """An author's rules, and behind them those that masquerade; ``None`` without either."""
    rules = None if given is None else _written(draft, where, given)
    if not outer:
        return rules
    names = [f'"{one.name}"' for one in interfaces if one.network in outer]
    masquerade = _TABLE.format(networks=", ".join(outer), links=f"{{ {', '.join(names)} }}")
    return masquerade if rules is None else f"{rules.rstrip()}\n\n{masquerade}"


def _written(draft: Draft, where: Where, given: models.Content) -> str:
    here = (*where, "firewall", "text" if given.source is None else "source")
    if given.text is not None:
        rules = given.text
    else:
        rules = draft.bytes_of(here, given.source or "").decode(errors="replace")
    for family in re.findall(r"^\s*(?:add\s+)?table\s+(\w+)", rules, re.MULTILINE):
        if family not in _FAMILIES:
            message = f"table family `{family}` lets the other IP version through"
            draft.wrong(here, message, "write `table inet …`")
    return rules

"""A TCP stream over bare pairs of interfaces: the kernel's own figure, without a sandbox.

A row of network namespaces, each joined to the next by a veth pair. Those between the ends route,
without rules. What the kernel takes for the way itself stands beside what a sandbox takes.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

STREAM = Path(__file__).with_name("_stream.py").read_text()
_NICE = 10
"""That of programs in hosts: what is compared is the way, and not who may run first."""
_START_S = 60.0
_ROW = """\
set -e
links=$1 seconds=$2; shift 2
trap 'kill $all 2> /dev/null || :' EXIT
inside() { nsenter -n -t "$@"; }
last=$$
ip link set lo up
for link in $(seq $links); do
  unshare -n sleep 1000 & next=$!
  all="$all $next"
  until [ "$(readlink /proc/$next/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do :; done
  inside $last ip link add out type veth peer name in netns $next
  inside $last ip address add 10.$link.0.1/24 dev out
  inside $last ip link set out up
  inside $next ip address add 10.$link.0.2/24 dev in
  inside $next ip link set in up
  if [ $link -gt 1 ]; then inside $next ip route add default via 10.$link.0.1; fi
  if [ $link -lt $links ]; then
    inside $last ip route add 10.$links.0.0/24 via 10.$link.0.2
    inside $next sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
  fi
  last=$next
done
nsenter -n -t $last "$@" serve > /dev/null &
all="$all $!"
"$@" 10.$links.0.2 $seconds
"""


def over_pairs(seconds: str, routers: int = 0) -> float:
    """Mbit/s from one end to the other.

    Args:
        seconds: How long it sends.
        routers: Between the ends.

    Raises:
        subprocess.CalledProcessError: there is no way, or no such namespaces here.
    """
    words = [str(routers + 1), seconds, "python3", "-c", STREAM]
    done = subprocess.run(
        ["nice", "-n", str(_NICE), "unshare", "-Urnm", "sh", "-c", _ROW, "sh", *words],
        capture_output=True, text=True, check=True, timeout=float(seconds) + _START_S,
    )  # fmt: skip
    return float(done.stdout)

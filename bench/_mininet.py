"""Mininet on Linux bridges, run by the system's own Python; prints one line of JSON.

Called by `bench._peers`, inside namespaces of its own: ``star`` (one switch) or ``linear`` (a
switch for each host, in a row), and the number of hosts.
"""

import json
import sys
import time

from mininet.log import setLogLevel  # type: ignore[import-not-found]
from mininet.net import Mininet  # type: ignore[import-not-found]
from mininet.nodelib import LinuxBridge  # type: ignore[import-not-found]
from mininet.topo import LinearTopo, SingleSwitchTopo  # type: ignore[import-not-found]

setLogLevel("error")
started = time.monotonic()
shape = {"star": SingleSwitchTopo, "linear": LinearTopo}[sys.argv[1]]
topology = shape(int(sys.argv[2]))
net = Mininet(topo=topology, switch=LinuxBridge, controller=None, autoSetMacs=True)
net.start()
up = time.monotonic()
net.stop()
print(json.dumps({"up_ms": 1e3 * (up - started), "down_ms": 1e3 * (time.monotonic() - up)}))

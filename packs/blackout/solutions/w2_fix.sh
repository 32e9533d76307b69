# On the gateway: switch the guard on. "on" then means close, "off" open, and a breaker is only
# toggled if that changes it. The file is what the gateway reads at every start and request.
set -e
sed -i 's/^GUARD=.*/GUARD=on/' /etc/default/modbus-gateway
grep '^GUARD=on' /etc/default/modbus-gateway

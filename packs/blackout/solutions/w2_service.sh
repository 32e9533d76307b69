# The operator still commands the set through the gateway: start it by hand.
set -e
modbus write genset coil 4 on
modbus write genset coil 0 on

# The operator still reads the set and starts a test run.
set -e
modbus read genset register 34 2
modbus write genset coil 2 on

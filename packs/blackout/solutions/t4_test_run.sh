# TEST: the set runs, the mains stay on load. Then wait in the state "running" (9).
set -e
modbus write genset coil 2 on

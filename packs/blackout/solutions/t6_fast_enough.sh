# 2 + 1 + 1 + 5 + 2 + 1 + 0.3 = 12.3 s; and back into AUTO after the test run.
set -e
PANEL_PASSWORD=SG6120 panel genset mains_abnormal_delay_s 2 safety_on_s 5 warm_up_s 2
modbus write genset coil 3 on

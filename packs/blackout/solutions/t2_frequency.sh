# Register 6, scale 0.01 Hz.
raw=$(modbus read genset register 6 | awk '{print $3}')
awk -v raw="$raw" 'BEGIN { printf "%.0f\n", raw * 0.01 }'

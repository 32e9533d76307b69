# The last column of the table, added up: 5 + 1 + 1 + 10 + 10 + 1 + 0.3.
curl -s http://10.20.20.10/manual-genset |
  sed -n '/delays add up/,/<\/table>/p' |
  sed -n 's/.*<td>\([0-9.]*\) s<\/td>.*/\1/p' |
  awk '{ sum += $1 } END { printf "%.1f\n", sum }'

# Follow the links of the document share down to the service report.
curl -s http://10.20.20.11/maintenance/genset-service.txt | sed -n 's/.*\(flag{[^}]*}\).*/\1/p'

# On gate: Modbus only for the operator's desk and the status board. Written down first, so
# that it is still there after the next start, then loaded.
set -e
cat > /etc/nftables.conf <<'RULES'
#!/usr/sbin/nft -f
flush ruleset

define gateway = 10.20.30.12
define ats     = 10.20.30.22
define panels  = { 10.20.30.21, 10.20.30.22 }
define trusted = { 10.20.10.11, 10.20.20.12 }

table inet filter {
    chain input {
        type filter hook input priority filter; policy drop;
        ct state established,related accept
        iif lo accept
        icmp type echo-request accept
    }
    chain forward {
        type filter hook forward priority filter; policy drop;
        ct state established,related accept
        icmp type echo-request accept
        ip saddr $trusted ip daddr { $gateway, $ats } tcp dport 502 accept
        ip daddr $panels tcp dport 80 accept
    }
}
RULES
nft -f /etc/nftables.conf
echo "gate: 502 ⇐ 10.20.10.11, 10.20.20.12"

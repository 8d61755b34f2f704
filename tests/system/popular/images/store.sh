#!/bin/sh
# A database as seen from outside: takes its time to start, is filled once, and keeps what it has in /data.
trap 'kill %1 2>/dev/null; exit 0' TERM INT
mkdir -p /data
sleep "${WARMUP:-0}" &
wait $!
[ -f /data/index.html ] || printf '%s' "$SEED" > /data/index.html
note "${NAME:-store} ready"
touch /tmp/ready
httpd -f -p 80 -h /data &
wait

#!/bin/sh
# Fetches what http://$UPSTREAM/ has, and leaves it in /work under its own name.
trap 'exit 0' TERM INT
mkdir -p /work
while :; do
  wget -qO- "http://$UPSTREAM/" > "/work/$(busybox hostname).new" && busybox mv "/work/$(busybox hostname).new" "/work/$(busybox hostname)"
  sleep 1 &
  wait $!
done

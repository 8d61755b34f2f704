#!/bin/sh
# Writes a line into /spool again and again, the first one of each container with its name.
trap 'exit 0' TERM INT
echo "$(busybox hostname) every $EVERY" >> /spool/lines
while :; do
  sleep "$EVERY" &
  wait $!
  echo tick >> /spool/lines
done

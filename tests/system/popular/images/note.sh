#!/bin/sh
# Writes into the journal, if the application keeps one, what has come about and when: seconds since the machine started.
[ -d /journal ] || exit 0
read -r up rest < /proc/uptime
echo "$1 $up" >> /journal/log

#!/bin/sh
printf '\r\n'
wget -qO- http://right.internal/

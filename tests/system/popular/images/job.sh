#!/bin/sh
# Does its work and comes to its end.
note "${NAME:-job} starts"
note "${NAME:-job} ends"
echo "${NAME:-job} is done"

#!/bin/sh
# Serves $TEXT, and at /cgi-bin/relay what http://$UPSTREAM/ serves.
note "${NAME:-site} starts"
mkdir -p /www/cgi-bin
printf '%s' "$TEXT" > /www/index.html
printf '#!/bin/sh\nprintf "\\r\\n"; wget -qO- "http://$UPSTREAM/"\n' > /www/cgi-bin/relay
busybox chmod 755 /www/cgi-bin/relay
trap 'kill %1; exit 0' TERM INT
httpd -f -p "${PORT:-80}" -h /www &
wait

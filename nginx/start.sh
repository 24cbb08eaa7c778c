#!/bin/sh
# In a container: fills in the template from the environment and becomes nginx.
set -eu
template="$(dirname "$0")/nginx.conf.template"

# the name server of the network that this container is in
: "${RESOLVER:=$(awk '$1 == "nameserver" { print $2 ~ /:/ ? "[" $2 "]" : $2; exit }' /etc/resolv.conf)}"
export RESOLVER

# only what the template names: nginx's own variables look much the same
names="$(grep -o '\${[A-Z_]*}' "$template" | sort -u)"
envsubst "$names" <"$template" >"$STATE/nginx.conf"
exec nginx -p "$STATE/" -c "$STATE/nginx.conf" -e stderr -g 'daemon off;'

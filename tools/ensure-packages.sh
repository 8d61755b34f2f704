# Read by ./start and ./test: npm packages as the lock file says, and the project's own Node on PATH.
# Leaves in BERTH_INSTALL_MS how long that took.
fail() {
  echo "$(basename "$0"): $1" >&2
  exit 1
}

node_wanted=26
begun=$(date +%s%3N)
command -v npm >/dev/null 2>&1 && command -v node >/dev/null 2>&1 ||
  fail "Node.js 20 or newer with npm is missing; install it, then run this again."
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] ||
  fail "Node.js $(node -v) is too old; install version 20 or newer, then run this again."

if ! node "$root/tools/lock-is-installed.mjs" "$root"; then
  echo "· installing the npm packages …"
  log=$(mktemp)
  (cd "$root" && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error) >"$log" 2>&1 ||
    fail "npm ci failed: $(grep -v '^$' "$log" | tail -n 3 | tr '\n' ' ')(the whole of it: $log)"
  rm -f "$log"
fi
export PATH="$root/node_modules/.bin:$PATH"
[ "$(node -p 'process.versions.node.split(".")[0]')" = "$node_wanted" ] ||
  fail "node_modules holds Node $(node -v) where $node_wanted is wanted; remove node_modules and run this again."
export BERTH_INSTALL_MS=$(($(date +%s%3N) - begun))

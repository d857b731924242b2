#!/usr/bin/env bash
# What the tests with real services need, on Debian: "wordpress", "bluesky", "request_tracker",
# "synapse" or "dovecot"; all by default. (Roundup comes by pip, with the extra dev.)
set -euo pipefail
cd "$(dirname "$0")/../.."

wordpress() {
  local wanted=(wordpress wordpress-theme-twentytwentythree php-cli php-mysql php-xml php-mbstring mariadb-server)
  if ! dpkg -s "${wanted[@]}" >/dev/null 2>&1; then
    sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -q
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -q -y --no-install-recommends "${wanted[@]}"
  fi
}

bluesky() {
  command -v npm >/dev/null || { echo "npm is not installed: Bluesky's tests will be skipped" >&2; return 0; }
  mkdir -p .services/bluesky
  cd .services/bluesky
  [ -d node_modules/@atproto/dev-env ] && return 0
  echo '{"private": true}' > package.json
  npm install --no-audit --no-fund @atproto/dev-env
  npm rebuild better-sqlite3
}

request_tracker() {
  local wanted=(request-tracker5 rt5-db-sqlite rt5-standalone)
  dpkg -s "${wanted[@]}" >/dev/null 2>&1 && return 0
  sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -q
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -q -y --no-install-recommends "${wanted[@]}"
}

synapse() {
  [ -x .services/synapse/bin/python ] && return 0
  python3 -m venv .services/synapse
  .services/synapse/bin/pip install --quiet --disable-pip-version-check matrix-synapse
}

dovecot() {
  dpkg -s dovecot-imapd openssl >/dev/null 2>&1 && return 0
  sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -q
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -q -y --no-install-recommends dovecot-imapd openssl
}

for service in "${@:-wordpress bluesky request_tracker synapse dovecot}"; do for one in $service; do (set -e; "$one"); done; done

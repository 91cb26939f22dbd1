#!/usr/bin/env bash
# Holds a served binary against its own OpenAPI document, with requests that schemathesis makes up from it. Within three minutes.
#
#   tests/server/schemathesis.sh [BINARY]       BINARY is target/debug/triggerfish by default
#
# SCHEMATHESIS may name the program; otherwise it is installed for this run alone. Where PyPI cannot be reached, nothing is tested and that is said: the status is 0 then.
set -euo pipefail
binary=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/debug/triggerfish}")
version=4.32.5
folder=$(mktemp -d)
service=
trap 'if [ -n "$service" ]; then kill "$service" 2>/dev/null || true; fi; rm -rf "$folder"' EXIT

program=${SCHEMATHESIS:-}
if [ -z "$program" ]; then
  if ! python3 -m venv "$folder/venv" 2>"$folder/venv.log"; then
    echo "no contract test: python3 makes no environment: $(tail -1 "$folder/venv.log")"
    exit 0
  fi
  if ! timeout 60 "$folder/venv/bin/pip" install --quiet --disable-pip-version-check --retries 1 --timeout 10 "schemathesis==$version" >"$folder/pip.log" 2>&1; then
    echo "no contract test: schemathesis cannot be installed (is PyPI reachable?): $(tail -1 "$folder/pip.log")"
    exit 0
  fi
  program=$folder/venv/bin/schemathesis
fi

mkdir "$folder/rules"
cat >"$folder/rules/acme.yaml" <<'RULES'
triggerfish: 1
name: acme
context: { attributes: { plan: text } }
categories:
  - { key: it, label: IT, domain: IT, items: [ { key: ticket, label: Ticket, when: 'plan != "x"', strategies: [ { ticket: default } ] } ] }
otherwise:
  - { key: help, label: Help, strategies: [ { ticket: default } ] }
RULES
echo '{"tokens": [{"name": "all", "token": "a-token-for-all-of-it", "scopes": ["decide", "read", "publish"]}]}' >"$folder/tokens.json"
"$binary" serve "$folder/rules" --writable --tokens "$folder/tokens.json" --listen 127.0.0.1:0 --log-level warn >"$folder/address" 2>"$folder/log" &
service=$!
for _ in $(seq 100); do
  grep -q '^listening on' "$folder/address" && break
  sleep 0.1
done
address=$(sed -n 's/^listening on //p' "$folder/address")

# Left out: the route that never ends; and what a schema cannot say. What is a rule set, which digests are kept and which preconditions hold makes sound bodies
# fail; a context or an item of another shape than described is answered with a decision, or with an error of its own, and no failure of the whole.
cd "$folder"
status=0
timeout 100 "$program" run "$address/openapi.json" --header "Authorization: Bearer a-token-for-all-of-it" --exclude-path /v1/events \
  --checks all --exclude-checks positive_data_acceptance,negative_data_rejection \
  --max-time 30 --max-examples 20 --seed 7 --continue-on-failure --no-shrink --request-timeout 10 --warnings off || status=$?
if ! kill -0 "$service" 2>/dev/null; then
  echo "the service has ended: $(tail -5 "$folder/log")"
  exit 1
fi
if grep -E 'panicked|defect' "$folder/log"; then
  exit 1
fi
exit "$status"

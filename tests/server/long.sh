#!/usr/bin/env bash
# The tests of the service, those that find something only by trying often in their long forms: kills, cut files, reloads, malformed requests, memory.
# `cargo test` runs the same tests in short forms.
#
#   tests/server/long.sh [FILTER]...            optimised; all tests of the service, or those whose names contain a filter
#   PROFILE=dev tests/server/long.sh            not optimised
set -euo pipefail
cd "$(dirname "$0")/../.."
export TRIGGERFISH_LONG=1
cargo test --locked --all-features --profile "${PROFILE:-release}" --test server -- --nocapture "$@"

#!/usr/bin/env bash
# Runs every test, in three runs at once, for two cores: what uses a database or a browser, on SQLite; what uses a
# database, on PostgreSQL, and then what uses none; and the kills of servers and databases, which mostly wait.
set -uo pipefail
set -m # a process group of its own for each of the other runs, so that it ends with its children
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 # both cores have their work
logs=$(mktemp -d)

on_postgresql_and_without() {
  echo "On PostgreSQL:"
  tests/on_postgresql.sh .venv/bin/pytest -m "not browser and not orthanc and not bench and not no_database" \
    tests/readerstudy tests/blinding
  local on_postgresql=$?
  echo "Without a database:"
  .venv/bin/pytest -m "not browser and not bench and no_database" --ignore=tests/evidence && return "$on_postgresql"
}

kills() {
  echo "With kills:"
  .venv/bin/pytest -m "not bench" tests/evidence
}

others=()
for run in on_postgresql_and_without kills; do
  "$run" >"$logs/$run" 2>&1 &
  others+=($!)
done
trap 'for one in "${others[@]}"; do kill -- -"$one" 2>/dev/null; done; rm -rf "$logs"' EXIT

.venv/bin/pytest -m "not bench and (browser or not no_database)" --ignore=tests/evidence
failed=$?
for one in "${others[@]}"; do wait "$one" || failed=1; done
if [ "$failed" = 0 ]; then grep -hE '^(On|With).*:$|^=+ .*(passed|skipped).* =+$' "$logs"/*; else cat "$logs"/*; fi
exit "$failed"

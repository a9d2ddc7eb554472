#!/usr/bin/env bash
# Runs every test on SQLite and, at the same time, those that use a database on PostgreSQL: two cores, half the wait.
set -uo pipefail
set -m # a process group of its own for the other run, so that it ends with its children
cd "$(dirname "$0")/.."
log=$(mktemp)
tests/on_postgresql.sh .venv/bin/pytest -m "not browser and not orthanc and not bench and not no_database" \
  tests/readerstudy tests/blinding >"$log" 2>&1 &
other=$!
trap 'kill -- -"$other" 2>/dev/null; rm -f "$log"' EXIT
.venv/bin/pytest -m "not bench"
on_sqlite=$?
[ "$on_sqlite" = 0 ] || exit "$on_sqlite"
echo "On PostgreSQL:"
wait "$other"
on_postgresql=$?
if [ "$on_postgresql" = 0 ]; then tail -n 1 "$log"; else cat "$log"; fi
exit "$on_postgresql"

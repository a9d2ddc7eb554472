#!/usr/bin/env bash
# Runs every test, in two runs at once, for two cores: the one has what uses a database or a browser, on SQLite; the
# other what uses a database, on PostgreSQL, and then what uses none.
set -uo pipefail
set -m # a process group of its own for the other run, so that it ends with its children
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 # both cores have their work
log=$(mktemp)
the_other_run() {
  echo "On PostgreSQL:"
  tests/on_postgresql.sh .venv/bin/pytest -m "not browser and not orthanc and not bench and not no_database" \
    tests/readerstudy tests/blinding
  local on_postgresql=$?
  echo "Without a database:"
  .venv/bin/pytest -m "not browser and not bench and no_database" && return "$on_postgresql"
}
the_other_run >"$log" 2>&1 &
other=$!
trap 'kill -- -"$other" 2>/dev/null; rm -f "$log"' EXIT
.venv/bin/pytest -m "browser or not bench and not no_database"
on_sqlite=$?
[ "$on_sqlite" = 0 ] || exit "$on_sqlite"
wait "$other"
the_other=$?
if [ "$the_other" = 0 ]; then grep -E '^On|^Without|^=+ .*(passed|skipped).* =+$' "$log"; else cat "$log"; fi
exit "$the_other"

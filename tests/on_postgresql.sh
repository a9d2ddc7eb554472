#!/usr/bin/env bash
# Runs a command with DATABASE_URL leading to a PostgreSQL server of its own, made for this run and removed after it.
# PostgreSQL refuses to run as root, so root runs it as the user nobody.
set -euo pipefail

bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || true)
if [ -z "$bin" ]; then
  echo "PostgreSQL is missing: sudo apt-get install postgresql" >&2
  [ -z "${CI:-}" ] && exit 0 || exit 1
fi
folder=$(mktemp -d /tmp/readerstudy-postgresql-XXXXXX)
as=()
if [ "$(id -u)" = 0 ]; then
  chown nobody "$folder"
  as=(setpriv --reuid nobody --regid nogroup --clear-groups --)
fi
stop() {
  "${as[@]}" "$bin/pg_ctl" --pgdata="$folder/data" --mode=immediate --silent stop || true
  rm -rf "$folder"
}
trap stop EXIT
cd "$folder"
"${as[@]}" "$bin/initdb" --pgdata="$folder/data" --username=readerstudy --auth=trust --encoding=UTF8 --no-sync >/dev/null
"${as[@]}" "$bin/pg_ctl" --pgdata="$folder/data" --silent --wait --log="$folder/log" \
  --options="-c listen_addresses='' -c unix_socket_directories=$folder" start
cd - >/dev/null
export DATABASE_URL="postgres://readerstudy@${folder//\//%2F}/postgres"
"$@"

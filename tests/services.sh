#!/usr/bin/env bash
# Sees to the parts that the tests use and pip cannot bring: Chromium, Orthanc with DICOMweb, PostgreSQL.
# Installs them where it may (Debian, as root); otherwise says what to install. In CI a missing part is an error.
set -euo pipefail

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v Orthanc >/dev/null || [ -x /usr/sbin/Orthanc ] || missing+=(orthanc)
compgen -G '/usr/share/orthanc/plugins/libOrthancDicomWeb*' >/dev/null || missing+=(orthanc-dicomweb)
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing ${missing[*]} …"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=300 -qq update
  apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends "${missing[@]}" >/dev/null && exit 0
fi
echo "Missing: ${missing[*]}. Install by: sudo apt-get install ${missing[*]}" >&2
[ -z "${CI:-}" ] || exit 1
echo "The tests that need them are skipped." >&2

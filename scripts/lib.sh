# Shared by the scripts: sourced, not run. Sets $root; gives setup, configure and build.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=${SYSTOLE_JOBS:-$(nproc)}

say() { printf '== %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# configure PRESET: only what has not been configured yet, or was configured for another folder (a moved clone).
configure() {
  local dir
  dir=$(build_dir "$1")
  if [[ -f $dir/build.ninja ]] && grep -qx "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$dir/CMakeCache.txt"; then return; fi
  say "configure: preset $1"
  (cd "$root" && cmake --preset "$1" --fresh) >&2
}

build_dir() { if [[ $1 == release ]]; then echo "$root/build"; else echo "$root/build-$1"; fi; }

# build PRESET [TARGET ...]: configures first; ninja rebuilds what has changed. Quiet when nothing has.
build() {
  local preset=$1 dir
  shift
  configure "$preset"
  dir=$(build_dir "$preset")
  cmake --build "$dir" -j "$jobs" ${1:+--target "$@"} >&2 || die "the build in $dir failed"
}

# run_tests PRESET [CTEST ARGUMENT ...]: on a terminal one line of progress, else one line per test that did not pass.
run_tests() {
  local dir
  dir=$(build_dir "$1")
  shift
  set -- --test-dir "$dir" --no-tests=error --output-on-failure -j "$jobs" "$@"
  if [[ -t 1 ]]; then
    ctest --progress "$@"
  else
    ctest "$@" | { grep -vE '^ +Start +[0-9]+: |^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed ' || true; }
  fi
}

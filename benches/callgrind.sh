#!/usr/bin/env bash
# Instructions of a request, by valgrind: figures that a busy machine does not change. `benches/callgrind.sh [ALGORITHM ..]`
#
# Valgrind offers fewer instructions than the machine may have, so that signature checks count for more here than they cost.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v valgrind >/dev/null || { echo 'valgrind is not installed' >&2; exit 1; }

times=200
algorithms=("$@")
[ $# -gt 0 ] || algorithms=(RS256 ES256 EdDSA)

cargo build --locked --quiet --profile bench -p oauth2-guard-benches --bin instructions
folder=$(cargo metadata --locked --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect='*::measured' \
        "$folder/release/instructions" "$1" "$2" "$times" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

for algorithm in "${algorithms[@]}"; do
    printf '\n%s, instructions of a request\n' "$algorithm"
    bare=
    for kind in bare nothing hit typed miss refusing anonymous garbage unknown_key denied around_anonymous around_garbage around_unknown_key; do
        each=$(($(count "$algorithm" "$kind") / times))
        bare=${bare:-$each}
        case $kind in
            bare) name='no authorization at all' ;;
            nothing) name='a layer that does nothing' ;;
            hit) name='#[requires(scopes = ..)], a token seen before' ;;
            typed) name='the same, with Claims<T> of 5 fields' ;;
            miss) name='#[requires(scopes = ..)], a token seen first' ;;
            refusing) name='a layer that refuses everybody, in the same bytes' ;;
            anonymous) name='refused: no token' ;;
            garbage) name='refused: garbage' ;;
            unknown_key) name='refused: a key that nobody has' ;;
            denied) name='refused: the rule denies' ;;
            around_anonymous) name='no token, by a layer around the whole router' ;;
            around_garbage) name='garbage, by the same' ;;
            around_unknown_key) name='a key that nobody has, by the same' ;;
        esac
        awk -v name="$name" -v each="$each" -v bare="$bare" \
            'BEGIN { printf "  %-52s %8.3f x %10d\n", name, each / bare, each }'
    done
done

#!/bin/sh
# Runs make targets one by one and prints how long each took: stages.sh <setup> -- <target>...
# Without its set-up nothing can run; after that every stage runs, also when one before it failed.
summary=
failed=

run() {
    printf '\n== %s\n' "$1"
    began=$(date +%s)
    outcome=passed
    "${MAKE:-make}" --no-print-directory "$1" || { outcome=FAILED; failed="$failed $1"; }
    took=$(($(date +%s) - began))
    summary="$summary$(printf '%-16s %-7s %4d s' "$1" "$outcome" "$took")
"
}

all=$(date +%s)
run "$1"
shift 2
if [ -z "$failed" ]; then
    for stage; do run "$stage"; done
fi
printf '\n%s%-24s %4d s\n' "$summary" "altogether" $(($(date +%s) - all))
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }

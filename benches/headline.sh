#!/usr/bin/env bash
# Six headline figures of an incident audit log: nines from a fresh project (read, keep in the lake, build the facts, measure),
# side by side with DuckDB straight from the CSV. Prints the figures of both, then the seconds of five runs of each, in turn.
#
# Usage: benches/headline.sh FILE.csv[.gz]     (needs a release build and the duckdb package of Python)
set -euo pipefail
file=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
nines="${NINES:-${CARGO_TARGET_DIR:-$here/../target}/release/nines}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ours() {
    rm -rf "$work/project" && mkdir "$work/project"
    printf 'name = "bench"\nas_of = "2030-01-01T00:00:00Z"\n[[exports]]\nfiles = "%s"\n' "$file" > "$work/project/nines.toml"
    "$nines" ingest --quiet --project "$work/project"
    "$nines" measure tickets_opened sla_attainment reassignment_free_share reopen_rate time_to_resolve_mean \
        time_to_resolve_median --project "$work/project" --period 2000-01-01..2029-12-31 --format csv
}
theirs() { python3 "$here/headline_duckdb.py" "$file"; }

echo "== nines"; ours 2>/dev/null | cut -d, -f1,6
echo "== duckdb"; theirs
TIMEFORMAT=%R
for round in 1 2 3 4 5; do
    a=$( { time ours >/dev/null 2>&1; } 2>&1 )
    b=$( { time theirs >/dev/null 2>&1; } 2>&1 )
    echo "round $round: nines $a s, duckdb $b s, ratio $(python3 -c "print(round($a / $b, 2))")"
done

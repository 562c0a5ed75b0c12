#!/usr/bin/env bash
# A CSV of about 1 GB (the audit log of a demo organisation) into two typed tables, from nothing: nines into its lake, side by side
# with DuckDB into Parquet files. Prints rows, seconds, rows per second and peak memory of each, in turn, for three rounds; then what a
# second `nines ingest` of the unchanged file costs.
#
# Usage: benches/load.sh [TICKETS]     (800,000 tickets are about 1 GB; needs a release build and the duckdb package of Python)
set -euo pipefail
tickets="${1:-800000}"
here=$(cd "$(dirname "$0")" && pwd)
nines="${NINES:-${CARGO_TARGET_DIR:-$here/../target}/release/nines}"
work=$(mktemp -d "${TMPDIR:-/tmp}/nines-load.XXXXXX")
trap 'rm -rf "$work"' EXIT
"$nines" demo "$work/demo" --tickets "$tickets" --weeks 104 --quiet
file="$work/demo/exports/incident_audit.csv"
rows=$(($(wc -l < "$file") - 1))
echo "$(stat -c %s "$file") bytes, about $rows rows"
mkdir "$work/project"
cat > "$work/project/nines.toml" <<TOML
name = "bench"
zone = "Europe/Brussels"
[ingest]
tolerate_rejects = 1.0
[[exports]]
files = "$file"
TOML
# Runs a command; prints its seconds, rows per second and peak memory.
measured() {
    python3 - "$1" "$rows" "${@:2}" <<'PY'
import resource, subprocess, sys, time
name, rows, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
start = time.monotonic()
subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
seconds = time.monotonic() - start
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"{name}: {seconds:.1f} s, {rows / seconds:,.0f} rows/s, {peak:,.0f} MiB at most")
PY
}
for round in 1 2 3; do
    rm -rf "$work/project/lake"
    measured "nines " "$nines" ingest --quiet --project "$work/project"
    rm -rf "$work/duckdb" && mkdir "$work/duckdb"
    measured "duckdb" python3 "$here/load_duckdb.py" "$file" "$work/duckdb"
done
measured "nines, nothing new" "$nines" ingest --quiet --project "$work/project"

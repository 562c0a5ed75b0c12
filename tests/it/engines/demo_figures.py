"""Headline figures of the demo, by SQL over its exports: reads {exports, sql, as_of, periods} as JSON from stdin, prints
[{period, metric, dimension, slice, value}] as JSON. The files of the folder `sql` that begin with a digit make tables, in
that order; the others each answer one question for each period."""

import json
import pathlib
import sys

import duckdb

task = json.load(sys.stdin)
files = sorted(pathlib.Path(task["sql"]).glob("*.sql"))
base = duckdb.connect()
base.execute("SET TimeZone = 'UTC'")
base.execute("SET VARIABLE exports = ?", [task["exports"]])
base.execute("SET VARIABLE as_of = CAST(? AS TIMESTAMPTZ)", [task["as_of"]])
for file in files:
    if file.name[0].isdigit():
        base.execute(file.read_text())
answers = []
for period in task["periods"]:
    base.execute("SET VARIABLE from_at = CAST(? AS TIMESTAMPTZ)", [period["start"]])
    base.execute("SET VARIABLE to_at = CAST(? AS TIMESTAMPTZ)", [period["end"]])
    for file in files:
        if not file.name[0].isdigit():
            for metric, dimension, slice_, value in base.execute(file.read_text()).fetchall():
                value = None if value is None else float(value)
                answers.append(
                    {"period": period["name"], "metric": metric, "dimension": dimension, "slice": slice_, "value": value}
                )
json.dump(answers, sys.stdout)

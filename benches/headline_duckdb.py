"""The peer of `headline.sh`: the same figures of an incident audit log, computed by DuckDB straight from the CSV.

Usage: python3 headline_duckdb.py FILE.csv[.gz]
"""

import sys

import duckdb

LAST = """
CREATE TABLE tickets AS
SELECT * FROM (
    SELECT *, row_number() OVER (
        PARTITION BY number
        ORDER BY strptime(sys_updated_at, '%-d/%-m/%Y %H:%M') DESC, CAST(sys_mod_count AS BIGINT) DESC, ordinal DESC
    ) AS place
    FROM (SELECT *, row_number() OVER () AS ordinal
          FROM read_csv(?, header = true, all_varchar = true, nullstr = '?'))
) WHERE place = 1
"""

FIGURES = """
SELECT
    count(*) AS tickets_opened,
    count(*) FILTER (WHERE made_sla = 'true') / count(*) AS sla_attainment,
    count(*) FILTER (WHERE reassignment_count = '0') / count(*) AS reassignment_free_share,
    count(*) FILTER (WHERE CAST(reopen_count AS BIGINT) > 0) / count(*) AS reopen_rate,
    avg(duration) AS time_to_resolve_mean,
    median(duration) AS time_to_resolve_median
FROM (SELECT *, epoch(strptime(resolved_at, '%-d/%-m/%Y %H:%M') - strptime(opened_at, '%-d/%-m/%Y %H:%M')) AS duration
      FROM tickets)
"""

connection = duckdb.connect()
connection.execute(LAST, [sys.argv[1]])
result = connection.execute(FIGURES)
for column, value in zip([part[0] for part in result.description], result.fetchone()):
    print(f"{column},{value}")

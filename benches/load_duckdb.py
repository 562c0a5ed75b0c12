"""The peer of `load.sh`: an incident audit log into two typed tables as Parquet, each distinct record once, times in UTC.

Usage: python3 load_duckdb.py FILE.csv FOLDER
"""

import sys

import duckdb

FILE, FOLDER = sys.argv[1], sys.argv[2]

LOAD = """
CREATE TEMP VIEW log AS
SELECT * FROM read_csv(?, header = true, all_varchar = true, nullstr = ['', '?', 'NULL'], ignore_errors = true)
"""


def instant(column: str) -> str:
    local = f"try_strptime({column}, ['%-d/%-m/%Y %H:%M', '%-d-%-m-%Y %H:%M', '%Y-%m-%d %H:%M:%S'])"
    return f"timezone('Europe/Brussels', {local})"


def rank(column: str) -> str:
    return f"TRY_CAST(left({column}, 1) AS BIGINT)"


TICKETS = f"""
SELECT DISTINCT number AS id, 'incident' AS kind, {instant('opened_at')} AS opened_at, {instant('resolved_at')} AS resolved_at,
    {instant('closed_at')} AS closed_at, {instant('sys_updated_at')} AS updated_at, cmdb_ci AS service, cmdb_ci AS ci,
    company AS customer, caller_id AS requester, contact_type AS channel, opened_by, assignment_group AS team,
    assigned_to AS assignee, vendor AS supplier, category, subcategory, u_symptom AS symptom, closed_code AS resolution_code,
    TRY_CAST(reassignment_count AS BIGINT) AS reassignments, TRY_CAST(reopen_count AS BIGINT) AS reopens,
    problem_id AS problem, rfc AS change, caused_by AS caused_by_change, TRY_CAST(made_sla AS BOOLEAN) AS sla_met,
    incident_state AS status, {rank('priority')} AS priority, {rank('impact')} AS impact, {rank('urgency')} AS urgency,
    TRY_CAST(sys_mod_count AS BIGINT) AS version
FROM log WHERE number IS NOT NULL AND {instant('opened_at')} IS NOT NULL
"""

EVENTS = f"""
SELECT DISTINCT number AS ticket, {instant('sys_updated_at')} AS at, TRY_CAST(sys_mod_count AS BIGINT) AS seq,
    assignment_group AS team, assigned_to AS assignee, sys_updated_by AS actor, incident_state AS state
FROM log WHERE number IS NOT NULL AND {instant('sys_updated_at')} IS NOT NULL
"""

connection = duckdb.connect()
connection.execute(LOAD.replace("?,", f"'{FILE}',", 1))
for name, query in [("tickets", TICKETS), ("ticket_events", EVENTS)]:
    connection.execute(f"COPY ({query}) TO '{FOLDER}/{name}.parquet' (FORMAT parquet, COMPRESSION zstd)")

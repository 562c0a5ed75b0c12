-- What the demo's exports say, one table a kind of record, with the rules for dirty rows: a row without what it needs
-- is no record; a value that can't be read is missing; of several rows of one record the newest counts, by its own
-- instant, its own counter, and at last by its place in the file. What lies after as-of has not happened.

CREATE OR REPLACE MACRO instant(text) AS TRY_CAST(text AS TIMESTAMPTZ);
CREATE OR REPLACE MACRO wall(text) AS try_strptime(text, '%d/%m/%Y %H:%M') AT TIME ZONE 'Europe/Brussels';
CREATE OR REPLACE MACRO by_now("at") AS CASE WHEN "at" <= getvariable('as_of') THEN "at" END;
CREATE OR REPLACE MACRO seconds(a, b) AS CASE WHEN b >= a THEN epoch_us(b) / 1e6 - epoch_us(a) / 1e6 END;
CREATE OR REPLACE MACRO day_is_over("at") AS CAST("at" AT TIME ZONE 'Europe/Brussels' AS DATE) < CAST(getvariable('as_of') AT TIME ZONE 'Europe/Brussels' AS DATE);
CREATE OR REPLACE MACRO asked("at") AS "at" <= getvariable('as_of') AND "at" >= getvariable('from_at') AND "at" < getvariable('to_at');
CREATE OR REPLACE MACRO sheet(name) AS TABLE
    SELECT *, row_number() OVER () AS place
    FROM read_csv(getvariable('exports') || '/' || name, all_varchar = true, header = true, delim = ',', quote = '"',
                  null_padding = true, strict_mode = false, parallel = false);

CREATE OR REPLACE TABLE services AS
SELECT service, calendar, string_split(coalesce(depends_on, ''), ';') AS needs FROM sheet('services.csv');

CREATE OR REPLACE TABLE tiers AS
SELECT team, CAST(tier AS BIGINT) AS tier FROM sheet('teams.csv');

CREATE OR REPLACE TABLE links AS
SELECT DISTINCT from_table, from_id, to_table, to_id, kind FROM sheet('links.csv');

-- One row a step of a ticket's life, as it was written down.
CREATE OR REPLACE TABLE audit AS
SELECT nullif(number, '?') AS id, wall(opened_at) AS opened_at, by_now(wall(resolved_at)) AS resolved_at,
       by_now(wall(closed_at)) AS closed_at, wall(sys_updated_at) AS updated_at, CAST(sys_mod_count AS BIGINT) AS edit,
       nullif(assignment_group, '?') AS team, nullif(cmdb_ci, '?') AS service, TRY_CAST(reassignment_count AS BIGINT) AS reassignments,
       TRY_CAST(reopen_count AS BIGINT) AS reopens, TRY_CAST(nullif(made_sla, '?') AS BOOLEAN) AS in_time,
       nullif(caused_by, '?') AS caused_by, priority, incident_state AS state, place
FROM sheet('incident_audit.csv');

-- Children and merged ones count with their parents.
CREATE OR REPLACE TABLE tickets AS
SELECT * EXCLUDE (edit, place), coalesce(resolved_at, closed_at) AS ended_at,
       id IN (SELECT from_id FROM links WHERE from_table = 'tickets' AND to_table = 'tickets'
              AND kind IN ('child_of', 'duplicate_of')) AS child
FROM audit WHERE id IS NOT NULL AND opened_at <= getvariable('as_of')
QUALIFY row_number() OVER (PARTITION BY id ORDER BY updated_at DESC NULLS LAST, edit DESC, place DESC) = 1;

CREATE OR REPLACE TABLE steps AS
WITH events AS (
    SELECT id, updated_at AS "at", edit, team FROM audit WHERE id IS NOT NULL AND updated_at <= getvariable('as_of')
    QUALIFY row_number() OVER (PARTITION BY id, updated_at, edit ORDER BY place DESC) = 1
), moves AS (
    SELECT id, "at", edit, team, lag(team) OVER (PARTITION BY id ORDER BY "at", edit) AS before FROM events WHERE team IS NOT NULL
)
SELECT moves.id, "at", edit, before AS from_team, moves.team AS to_team, a.tier AS from_tier, b.tier AS to_tier
FROM moves LEFT JOIN tiers a ON a.team = before LEFT JOIN tiers b ON b.team = moves.team
WHERE before IS NOT NULL AND before <> moves.team;

-- Each turn of a ticket's life from not done to done or back, and how long it stood so.
CREATE OR REPLACE TABLE turns AS
WITH events AS (
    SELECT id, updated_at AS "at", edit, state IN ('Resolved', 'Closed') AS done FROM audit
    WHERE id IS NOT NULL AND updated_at <= getvariable('as_of') AND nullif(state, '?') IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY id, updated_at, edit ORDER BY place DESC) = 1
), marked AS (SELECT *, lag(done) OVER (PARTITION BY id ORDER BY "at", edit) AS before FROM events)
SELECT id, "at", done, before, lead("at") OVER (PARTITION BY id ORDER BY "at", edit) AS until
FROM marked WHERE done IS DISTINCT FROM before;

-- Time in which a ticket stood resolved before it came back.
CREATE OR REPLACE TABLE stood AS
SELECT id, "at" AS started_at, until AS ended_at FROM turns WHERE done AND until IS NOT NULL;

CREATE OR REPLACE TABLE changes AS
SELECT "Issue key" AS id, "Component/s" AS service, "Resolution" AS outcome,
       CASE WHEN "Custom field (Change type)" IN ('Standard', 'Normal', 'Emergency') THEN "Custom field (Change type)" END AS type,
       by_now(instant("Created")) AS requested_at, by_now(instant("Custom field (Approved)")) AS approved_at,
       instant("Custom field (Planned start)") AS planned_from, instant("Custom field (Planned end)") AS planned_to,
       by_now(instant("Custom field (Actual start)")) AS started_at,
       by_now(coalesce(instant("Custom field (Actual end)"), CASE WHEN "Status" = 'Closed' THEN instant("Updated") END)) AS ended_at
FROM sheet('changes.csv') WHERE "Issue key" <> ''
QUALIFY row_number() OVER (PARTITION BY "Issue key" ORDER BY instant("Updated") DESC NULLS LAST, place DESC) = 1;

CREATE OR REPLACE TABLE incidents AS
SELECT id, service.summary AS service, by_now(coalesce(instant(custom.started_at), instant(custom.detected_at))) AS started_at,
       by_now(instant(custom.detected_at)) AS detected_at, by_now(instant(acknowledgements[1]."at")) AS acknowledged_at,
       by_now(instant(custom.mitigated_at)) AS mitigated_at, by_now(instant(resolved_at)) AS restored_at,
       custom.detected_by AS detected_by, custom.change AS change
FROM (SELECT *, row_number() OVER () AS place FROM read_json(getvariable('exports') || '/pagerduty_incidents.jsonl',
        format = 'newline_delimited', ignore_errors = true, columns = {
            id: 'VARCHAR', resolved_at: 'VARCHAR', service: 'STRUCT(summary VARCHAR)', acknowledgements: 'STRUCT("at" VARCHAR)[]',
            custom: 'STRUCT(started_at VARCHAR, detected_at VARCHAR, mitigated_at VARCHAR, detected_by VARCHAR, change VARCHAR)'}))
WHERE id <> '' QUALIFY row_number() OVER (PARTITION BY id ORDER BY place DESC) = 1;

CREATE OR REPLACE TABLE deployments AS
SELECT id, service, lower(environment) IN ('prod', 'production', 'live') AS production, change, kind,
       CASE WHEN outcome IN ('successful', 'failed', 'rolled_back') THEN outcome END AS outcome,
       by_now(instant(committed_at)) AS committed_at, by_now(instant(started_at)) AS started_at,
       by_now(instant(finished_at)) AS finished_at, TRY_CAST(commits AS BIGINT) AS commits,
       TRY_CAST(automated AS BOOLEAN) AS automated, author, deployer
FROM sheet('deployments.csv')
WHERE id <> '' AND service <> '' AND environment <> '' AND instant(finished_at) <= getvariable('as_of')
QUALIFY row_number() OVER (PARTITION BY id ORDER BY place DESC) = 1;

CREATE OR REPLACE TABLE outages AS
SELECT id, service, instant(started_at) AS started_at, coalesce(by_now(instant(ended_at)), getvariable('as_of')) AS ended_at,
       least(coalesce(TRY_CAST(weight AS DOUBLE), CASE WHEN kind = 'degradation' THEN 0.3 ELSE 1.0 END), 1.0) AS weight
FROM sheet('outages.csv')
WHERE id <> '' AND service <> '' AND instant(started_at) <= getvariable('as_of')
QUALIFY row_number() OVER (PARTITION BY id ORDER BY place DESC) = 1;

-- A window that was announced after it began counts from then on.
CREATE OR REPLACE TABLE maintenance AS
SELECT service, greatest(instant(started_at), coalesce(instant(announced_at), instant(started_at))) AS started_at,
       least(instant(ended_at), getvariable('as_of')) AS ended_at
FROM sheet('maintenance.csv') WHERE instant(started_at) <= getvariable('as_of');

CREATE OR REPLACE TABLE probes AS
SELECT service, instant("at") AS "at", TRY_CAST(up AS BOOLEAN) AS up, TRY_CAST(latency_s AS DOUBLE) AS latency_s,
       TRY_CAST(interval_s AS DOUBLE) AS interval_s
FROM sheet('probes.csv.gz')
WHERE service <> '' AND TRY_CAST(up AS BOOLEAN) IS NOT NULL AND instant("at") <= getvariable('as_of')
QUALIFY row_number() OVER (PARTITION BY service, instant("at") ORDER BY place DESC) = 1;

CREATE OR REPLACE TABLE sli_counts AS
SELECT service, sli, instant("at") AS "at", CAST(good AS DOUBLE) AS good, CAST(total AS DOUBLE) AS total
FROM sheet('sli_counts.csv.gz') WHERE instant("at") <= getvariable('as_of');

CREATE OR REPLACE TABLE patches AS
SELECT asset, service, by_now(instant(released_at)) AS released_at, instant(due_at) AS due_at,
       by_now(instant(applied_at)) AS applied_at, instant(excepted_until) AS excepted_until
FROM sheet('patches.csv') WHERE instant(released_at) <= getvariable('as_of');

CREATE OR REPLACE TABLE effort AS
SELECT instant("at") AS "at", work, CAST(hours AS DOUBLE) AS hours FROM sheet('effort.csv.gz');

CREATE OR REPLACE TABLE jobs AS
SELECT id, kind, service, outcome, instant(scheduled_at) AS scheduled_at FROM sheet('jobs.csv.gz')
WHERE id <> '' AND job <> '' AND kind IN ('job', 'backup', 'restore_test', 'failover_test') AND instant(scheduled_at) <= getvariable('as_of')
QUALIFY row_number() OVER (PARTITION BY id ORDER BY place DESC) = 1;

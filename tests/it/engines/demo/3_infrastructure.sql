-- Runs, readings, registers, amounts and weeks of work, as the exports tell them.

CREATE OR REPLACE MACRO local_day("at") AS CAST("at" AT TIME ZONE 'Europe/Brussels' AS DATE);
CREATE OR REPLACE MACRO begins(day) AS CAST(day AS TIMESTAMP) AT TIME ZONE 'Europe/Brussels';

-- A run that has no start a quarter of an hour after its time is missed.
CREATE OR REPLACE TABLE runs AS
SELECT id, kind, service, scheduled_at, started_at, finished_at,
       CASE WHEN outcome IN ('successful', 'failed') THEN outcome
            WHEN started_at IS NULL AND scheduled_at + INTERVAL 15 MINUTE < getvariable('as_of') THEN 'missed' END AS came_to
FROM (
    SELECT id, CASE WHEN kind IN ('job', 'backup', 'restore_test', 'failover_test') THEN kind END AS kind, service, outcome,
           instant(scheduled_at) AS scheduled_at, by_now(instant(started_at)) AS started_at,
           by_now(instant(finished_at)) AS finished_at, place
    FROM sheet('jobs.csv.gz') WHERE id <> '' AND job <> ''
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY place DESC) = 1
) WHERE scheduled_at <= getvariable('as_of');

CREATE OR REPLACE TABLE readings AS
SELECT resource, instant("at") AS "at", local_day(instant("at")) AS day, CAST(used AS DOUBLE) AS used, CAST(available AS DOUBLE) AS available
FROM sheet('capacity.csv.gz') WHERE instant("at") <= getvariable('as_of');

CREATE OR REPLACE TABLE register AS
SELECT kind, subject, CASE WHEN kind = 'exception' OR subject LIKE 'Standard:%' THEN 'standard'
                           WHEN subject LIKE 'Road map:%' THEN 'road_map' END AS about,
       instant(opened_at) AS opened_at, instant(due_at) AS due_at, by_now(instant(closed_at)) AS closed_at,
       6 - CAST(impact AS DOUBLE) AS points, TRY_CAST(likelihood AS DOUBLE) AS likelihood, TRY_CAST(amount AS DOUBLE) AS amount
FROM sheet('register.csv') WHERE instant(opened_at) <= getvariable('as_of');

CREATE OR REPLACE TABLE finance AS
SELECT kind, service, supplier, date_trunc('month', local_day(instant("at"))) AS month, instant("at") AS "at",
       CAST(amount AS DOUBLE) AS amount, TRY_CAST(units AS DOUBLE) AS units
FROM sheet('finance.csv') WHERE instant("at") <= getvariable('as_of');

-- One row a service and month.
CREATE OR REPLACE TABLE cost_months AS
SELECT coalesce(service, '') AS service, month, sum(amount) FILTER (kind = 'cost') AS cost, sum(amount) FILTER (kind = 'budget') AS budget,
       sum(amount) FILTER (kind = 'benefit') AS benefit,
       max(units) FILTER (kind = 'cost') * sum(amount) FILTER (kind = 'benchmark') / max(units) FILTER (kind = 'benchmark') AS elsewhere
FROM finance GROUP BY ALL;

CREATE OR REPLACE TABLE bookings AS
SELECT date_trunc('week', local_day(instant("at"))) AS week, team, CAST(hours AS DOUBLE) AS hours FROM sheet('effort.csv.gz');

-- Complete weeks of which both the tickets and the bookings speak.
CREATE OR REPLACE TABLE weeks AS
WITH first AS (SELECT min(local_day(opened_at)) AS day FROM tickets WHERE NOT child)
SELECT DISTINCT week FROM bookings, first
WHERE week >= day AND begins(week + INTERVAL 7 DAY) <= getvariable('as_of');

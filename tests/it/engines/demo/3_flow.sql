-- Items of the backlog and their days, invitations to surveys with their answers, and accounts.

CREATE OR REPLACE TABLE items AS
SELECT id, kind, origin, team, created_at, started_at, finished_at, points, blocked_s, committed_at, sprint,
       seconds(created_at, finished_at) AS led, seconds(started_at, finished_at) AS took
FROM (
    SELECT id, CASE WHEN kind IN ('story', 'enhancement', 'defect', 'task', 'toil') THEN kind END AS kind, origin, team, sprint,
           by_now(instant(created_at)) AS created_at, by_now(instant(started_at)) AS started_at,
           by_now(instant(finished_at)) AS finished_at, by_now(instant(committed_at)) AS committed_at,
           TRY_CAST(points AS DOUBLE) AS points, TRY_CAST(blocked_s AS DOUBLE) AS blocked_s, place
    FROM sheet('work_items.csv')
)
WHERE id <> '' AND created_at IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY id ORDER BY place DESC) = 1;

-- Each team's state at the end of each day that is over, from the first day on which it began or finished anything.
CREATE OR REPLACE TABLE team_days AS
WITH calendar AS (
    SELECT CAST(day AS TIMESTAMP) AT TIME ZONE 'Europe/Brussels' AS day, CAST(day + INTERVAL 1 DAY AS TIMESTAMP) AT TIME ZONE 'Europe/Brussels' AS until
    FROM generate_series(DATE '2025-01-01', CAST(getvariable('as_of') AT TIME ZONE 'Europe/Brussels' AS DATE), INTERVAL 1 DAY) AS series(day)
), pace AS (SELECT team, least(min(started_at), min(finished_at)) AS first FROM items GROUP BY team)
SELECT pace.team, day, until, TRY_CAST(t.wip_limit AS BIGINT) AS wip_limit,
       (SELECT count(*) FROM items i WHERE i.team = pace.team AND i.started_at < until AND (i.finished_at IS NULL OR i.finished_at >= until)) AS wip,
       (SELECT count(*) FROM items i WHERE i.team = pace.team AND i.finished_at >= day AND i.finished_at < until) AS departed,
       (SELECT coalesce(sum(took), 0) FROM items i WHERE i.team = pace.team AND i.finished_at >= day AND i.finished_at < until) AS worked
FROM pace JOIN calendar ON until > first AND until <= getvariable('as_of') LEFT JOIN sheet('teams.csv') t ON t.team = pace.team;

-- Sprints begin when most of what they hold was committed to (the median, the lower one of two), and end when the next one does.
CREATE OR REPLACE TABLE sprints AS
WITH starts AS (SELECT team, sprint, quantile_disc(committed_at, 0.5) AS start FROM items WHERE sprint <> '' AND committed_at IS NOT NULL GROUP BY team, sprint),
placed AS (SELECT *, lead(start) OVER (PARTITION BY team ORDER BY start) AS next FROM starts),
usual AS (SELECT team, quantile_disc(epoch_us(next) - epoch_us(start), 0.5) AS length FROM placed WHERE next IS NOT NULL GROUP BY team),
ended AS (SELECT team, sprint, start, coalesce(next, start + to_microseconds(length)) AS "end" FROM placed LEFT JOIN usual USING (team))
SELECT *, (SELECT sum(points) FROM items i WHERE i.team = ended.team AND i.finished_at >= start AND i.finished_at < "end") AS finished,
       (SELECT count(*) FROM items i WHERE i.team = ended.team AND i.committed_at >= start AND i.committed_at < "end") AS promised,
       (SELECT count(*) FROM items i WHERE i.team = ended.team AND i.committed_at >= start AND i.committed_at < "end" AND i.finished_at < "end") AS kept
FROM ended WHERE "end" <= getvariable('as_of');

CREATE OR REPLACE TABLE answers AS
SELECT id, subject, "ref", customer, question, by_now(instant("at")) AS "at", TRY_CAST(score AS DOUBLE) AS score, CAST(scale_max AS DOUBLE) AS scale
FROM sheet('surveys.csv') WHERE instant("at") <= getvariable('as_of');

CREATE OR REPLACE TABLE accounts AS
SELECT customer, large, CAST(units AS BIGINT) AS units FROM sheet('customers.csv');

CREATE OR REPLACE TABLE callers AS
SELECT nullif(number, '?') AS id, nullif(company, '?') AS customer FROM sheet('incident_audit.csv')
WHERE nullif(number, '?') IS NOT NULL AND wall(opened_at) <= getvariable('as_of')
QUALIFY row_number() OVER (PARTITION BY id ORDER BY wall(sys_updated_at) DESC NULLS LAST, CAST(sys_mod_count AS BIGINT) DESC, place DESC) = 1;

-- The time of each service cut at every moment at which anything about it changes, so that each piece is one thing only.

-- Days of the account, from midnight to midnight in Brussels: from the project's `since` to as-of.
CREATE OR REPLACE TABLE days AS
SELECT CAST(day AS TIMESTAMP) AT TIME ZONE 'Europe/Brussels' AS started_at,
       least(CAST(day + INTERVAL 1 DAY AS TIMESTAMP) AT TIME ZONE 'Europe/Brussels', getvariable('as_of')) AS ended_at, CAST(day AS DATE) AS day
FROM generate_series(DATE '2026-01-05', CAST(getvariable('as_of') AT TIME ZONE 'Europe/Brussels' AS DATE), INTERVAL 1 DAY) AS series(day);

-- Office hours: Monday to Friday, 8 to 18, not on the holidays of the project.
CREATE OR REPLACE TABLE office AS
SELECT (CAST(day AS TIMESTAMP) + INTERVAL 8 HOUR) AT TIME ZONE 'Europe/Brussels' AS started_at,
       (CAST(day AS TIMESTAMP) + INTERVAL 18 HOUR) AT TIME ZONE 'Europe/Brussels' AS ended_at
FROM days WHERE isodow(day) <= 5 AND CAST(day AS VARCHAR) NOT IN ('2026-04-06', '2026-05-01', '2026-05-14', '2026-05-25');

-- A check holds until the next one, and never longer than two and a half intervals.
CREATE OR REPLACE TABLE watched AS
SELECT service, "at" AS started_at, up,
       least(coalesce(lead("at") OVER checks, getvariable('as_of')), "at" + to_microseconds(CAST(interval_s * 2500000 AS BIGINT)),
             getvariable('as_of')) AS ended_at
FROM probes WINDOW checks AS (PARTITION BY service ORDER BY "at");

CREATE OR REPLACE TABLE spans AS
    SELECT services.service, 'scheduled' AS what, office.started_at, office.ended_at FROM services, office WHERE calendar = 'office'
    UNION ALL SELECT service, 'scheduled', started_at, ended_at FROM services, days WHERE coalesce(calendar, '') = ''
    UNION ALL SELECT service, 'maintenance', started_at, ended_at FROM maintenance
    UNION ALL SELECT service, 'known', started_at, ended_at FROM watched
    UNION ALL SELECT service, 'known', started_at, ended_at FROM outages
    -- A register of outages speaks about all services; where it is the only one to speak, its silence means up.
    UNION ALL SELECT service, 'known', started_at, ended_at FROM services, days WHERE service NOT IN (SELECT service FROM probes)
    UNION ALL SELECT service, 'full', started_at, ended_at FROM watched WHERE NOT up
    UNION ALL SELECT service, 'full', started_at, ended_at FROM outages WHERE weight = 1
    UNION ALL SELECT service, 'partial', started_at, ended_at FROM outages WHERE weight > 0 AND weight < 1;

CREATE OR REPLACE TABLE pieces AS
WITH marks AS (
    SELECT service, started_at AS "at", what, 1 AS step FROM spans WHERE ended_at > started_at
    UNION ALL SELECT service, ended_at, what, -1 FROM spans WHERE ended_at > started_at
    UNION ALL SELECT service, started_at, 'midnight', 1 FROM services, days
), levels AS (
    SELECT service, "at",
           sum(sum(step) FILTER (what = 'scheduled')) OVER sweep AS scheduled,
           sum(sum(step) FILTER (what = 'maintenance')) OVER sweep AS maintenance,
           sum(sum(step) FILTER (what = 'known')) OVER sweep AS known,
           sum(sum(step) FILTER (what = 'full')) OVER sweep AS "full",
           sum(sum(step) FILTER (what = 'partial')) OVER sweep AS partial,
           lead("at") OVER sweep AS until
    FROM marks GROUP BY service, "at"
    WINDOW sweep AS (PARTITION BY service ORDER BY "at")
)
SELECT service, "at" AS started_at, until AS ended_at, epoch_us(until) / 1e6 - epoch_us("at") / 1e6 AS lasted_s,
       coalesce(scheduled, 0) > 0 AS scheduled, coalesce(maintenance, 0) > 0 AS planned, coalesce(known, 0) > 0 AS known,
       coalesce("full", 0) > 0 AS "full", coalesce(partial, 0) > 0 AS partial
FROM levels
WHERE until IS NOT NULL AND until <= getvariable('as_of') AND "at" >= (SELECT min(started_at) FROM days);

-- Agreed time and what was lost of it: of records that overlap the heaviest counts.
CREATE OR REPLACE TABLE accounted AS
SELECT *, scheduled AND known AND NOT planned AS agreed,
       CASE WHEN NOT (scheduled AND known AND NOT planned) THEN 0.0 WHEN "full" THEN 1.0
            WHEN partial THEN (SELECT max(weight) FROM outages o WHERE o.service = pieces.service
                               AND o.started_at <= pieces.started_at AND o.ended_at >= pieces.ended_at AND weight < 1)
            ELSE 0.0 END AS lost
FROM pieces;

-- Failures: down pieces of a service less than a minute apart are one.
CREATE OR REPLACE TABLE failures AS
WITH down AS (SELECT service, started_at, ended_at FROM accounted WHERE lost > 0),
ordered AS (
    SELECT *, started_at - lag(ended_at) OVER (PARTITION BY service ORDER BY started_at) < INTERVAL 60 SECOND AS joined FROM down
), numbered AS (
    SELECT *, sum(CASE WHEN joined THEN 0 ELSE 1 END) OVER (PARTITION BY service ORDER BY started_at) AS number FROM ordered
)
SELECT service, number, min(started_at) AS started_at, max(ended_at) AS ended_at,
       epoch_us(max(ended_at)) / 1e6 - epoch_us(min(started_at)) / 1e6 AS lasted_s
FROM numbered GROUP BY service, number;

-- Agreements about availability, in the months over which they are judged: what was promised, and what was measured in the
-- hours that they name.

CREATE OR REPLACE TABLE promised AS
SELECT id, kind, party, service, CAST(target AS DOUBLE) AS target, calendar, CAST(credit_share AS DOUBLE) AS share, CAST(amount AS DOUBLE) AS fee,
       instant(valid_from) AS valid_from, coalesce(instant(valid_to), TIMESTAMPTZ '9999-01-01') AS valid_to
FROM sheet('agreements.csv') WHERE metric = 'availability';

CREATE OR REPLACE TABLE months AS
SELECT CAST(month AS TIMESTAMP) AT TIME ZONE 'Europe/Brussels' AS from_at,
       CAST(month + INTERVAL 1 MONTH AS TIMESTAMP) AT TIME ZONE 'Europe/Brussels' AS to_at
FROM generate_series(DATE '2026-01-01', DATE '2026-07-01', INTERVAL 1 MONTH) AS series(month);

-- Pieces of agreed time are in the hours of the service; a contract about office hours sees the part of them that lies there.
CREATE OR REPLACE TABLE given AS
SELECT service, m.from_at, hours, sum(lasted) AS agreed_s, sum(lasted * lost) AS lost_s FROM (
    SELECT service, started_at, lost, '' AS hours, lasted_s AS lasted FROM accounted WHERE agreed
    UNION ALL
    SELECT service, greatest(a.started_at, o.started_at), lost, 'office', epoch_us(least(a.ended_at, o.ended_at)) / 1e6 - epoch_us(greatest(a.started_at, o.started_at)) / 1e6
    FROM accounted a JOIN office o ON o.started_at < a.ended_at AND o.ended_at > a.started_at WHERE agreed
) JOIN months m ON started_at >= m.from_at AND started_at < m.to_at GROUP BY ALL;

CREATE OR REPLACE TABLE judged AS
SELECT p.*, m.from_at, m.to_at, m.to_at <= getvariable('as_of') AS over, least(m.to_at - INTERVAL 1 MICROSECOND, getvariable('as_of')) AS last_at,
       agreed_s, lost_s, (agreed_s - lost_s) / agreed_s AS actual,
       p.target = max(p.target) OVER (PARTITION BY kind, party, p.service, p.calendar, valid_from, valid_to, m.from_at) AS commitment
FROM promised p JOIN months m ON m.to_at > valid_from AND m.from_at < valid_to
JOIN given g ON g.service = p.service AND g.from_at = m.from_at AND g.hours = coalesce(p.calendar, '');

-- Services and everything that they need, each once.
CREATE OR REPLACE TABLE needed AS
WITH RECURSIVE walk(service, needs) AS (
    SELECT service, service FROM services
    UNION SELECT walk.service, trim(next) FROM walk JOIN services s ON s.service = walk.needs, unnest(s.needs) AS list(next) WHERE next <> ''
)
SELECT service, needs FROM walk;

-- When services failed: gaps, trend and growth, from the start of the period to its end or as-of. And what others make of the time.
WITH span AS (SELECT getvariable('from_at') AS "from", least(getvariable('to_at'), getvariable('as_of')) AS "to"),
told AS (
    SELECT failures.*, lag(ended_at) OVER (PARTITION BY service ORDER BY started_at) AS before FROM failures
),
times AS (
    SELECT (epoch_us(started_at) - epoch_us("from")) / 1e6 AS t, (epoch_us("to") - epoch_us("from")) / 1e6 AS total
    FROM failures, span WHERE asked(started_at)
),
needs AS (
    WITH RECURSIVE all_needs(service, need) AS (
        SELECT service, service FROM services
        UNION
        SELECT all_needs.service, n.need FROM all_needs, (SELECT service, unnest(needs) AS need FROM services) n
        WHERE n.service = all_needs.need AND n.need <> ''
    )
    SELECT * FROM all_needs
),
-- Time of a service in which anything that it needs was down, by the heaviest of what was.
broken AS (
    SELECT needs.service, a.started_at, a.ended_at, a.lost FROM needs JOIN accounted a ON a.service = needs.need WHERE a.lost > 0
),
cuts AS (
    SELECT service, started_at AS "at" FROM broken UNION SELECT service, ended_at FROM broken
    UNION SELECT service, started_at FROM accounted WHERE service IN (SELECT service FROM broken)
),
stretches AS (SELECT service, "at" AS started_at, lead("at") OVER (PARTITION BY service ORDER BY "at") AS ended_at FROM cuts),
chained AS (
    SELECT s.service, s.started_at, (epoch_us(s.ended_at) - epoch_us(s.started_at)) / 1e6 AS lasted_s, max(b.lost) AS lost
    FROM stretches s JOIN broken b ON b.service = s.service AND b.started_at < s.ended_at AND b.ended_at > s.started_at
    JOIN accounted a ON a.service = s.service AND a.agreed AND a.started_at <= s.started_at AND a.ended_at >= s.ended_at
    GROUP BY ALL
),
agreed AS (SELECT service, sum(lasted_s) AS agreed_s FROM accounted WHERE agreed AND asked(started_at) GROUP BY service),
chain AS (SELECT service, sum(lost * lasted_s) AS lost_s FROM chained WHERE asked(started_at) GROUP BY service),
sums AS (
    SELECT sum(lasted_s) FILTER (scheduled AND (known OR planned)) AS counted, sum(lasted_s) FILTER (agreed) AS agreed,
           sum(lasted_s) FILTER (scheduled AND planned) AS planned, sum(lost * lasted_s) AS weighted, sum(lasted_s) FILTER (lost > 0) AS down,
           sum(lasted_s) FILTER (scheduled AND NOT known AND NOT planned) AS unknown
    FROM accounted WHERE asked(started_at)
)
SELECT 'minimum_time_between_failures' AS metric, '' AS dimension, '' AS slice, min(seconds(before, started_at)) AS value FROM told WHERE asked(started_at)
UNION ALL SELECT 'time_since_last_failure', '', '', seconds(max(ended_at), any_value("to")) FROM failures, span WHERE started_at < "to"
UNION ALL SELECT 'failures', '', '', count(*) FROM times
UNION ALL SELECT 'laplace_trend', '', '', CASE WHEN count(*) >= 5 THEN (avg(t) - max(total) / 2) / (max(total) * sqrt(1 / (12.0 * count(*)))) END FROM times
UNION ALL SELECT 'reliability_growth_beta', '', '', CASE WHEN count(*) >= 5 THEN count(*) / sum(ln(total / t)) END FROM times
UNION ALL SELECT 'chain_availability', 'service', service, 1 - coalesce(lost_s, 0) / agreed_s FROM agreed LEFT JOIN chain USING (service)
UNION ALL SELECT 'availability_maintenance_up', '', '', (counted - weighted) / counted FROM sums
UNION ALL SELECT 'availability_maintenance_down', '', '', (counted - planned - weighted) / counted FROM sums
UNION ALL SELECT 'availability_degradation_down', '', '', (agreed - down) / agreed FROM sums
UNION ALL SELECT 'availability_operational', '', '', (counted - planned - down) / counted FROM sums
UNION ALL SELECT 'availability_unknown_down', '', '', (agreed - weighted) / (agreed + coalesce(unknown, 0)) FROM sums;

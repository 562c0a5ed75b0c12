WITH sums AS (
    SELECT service, sum(lasted_s) FILTER (scheduled) AS scheduled, sum(lasted_s) FILTER (scheduled AND (known OR planned)) AS known,
           sum(lasted_s) FILTER (scheduled AND planned) AS planned, coalesce(sum(lasted_s) FILTER (agreed), 0) AS agreed,
           sum(CASE WHEN lost > 0 THEN lasted_s ELSE 0 END) AS down, sum(lost * lasted_s) AS weighted,
           sum(CASE WHEN lost >= 1 THEN lasted_s ELSE 0 END) AS whole
    FROM accounted WHERE started_at >= getvariable('from_at') AND started_at < getvariable('to_at')
    GROUP BY service
), failed AS (
    SELECT service, count(*) AS failures, max(lasted_s) AS longest, sum(lasted_s) AS lasted
    FROM failures WHERE started_at >= getvariable('from_at') AND started_at < getvariable('to_at') GROUP BY service
), whole AS (
    SELECT 'service' AS dimension, * EXCLUDE (failures), coalesce(failures, 0) AS failures FROM sums LEFT JOIN failed USING (service)
    UNION ALL BY NAME
    SELECT '' AS dimension, '' AS service, sum(scheduled) AS scheduled, sum(known) AS known, sum(planned) AS planned,
           sum(agreed) AS agreed, sum(down) AS down, sum(weighted) AS weighted, sum(whole) AS whole,
           coalesce(sum(failures), 0) AS failures, max(longest) AS longest, sum(lasted) AS lasted
    FROM sums LEFT JOIN failed USING (service)
)
SELECT metric, dimension, service AS slice, value FROM whole, LATERAL (VALUES
    ('availability', (agreed - weighted) / nullif(agreed, 0)),
    ('availability_strict', (agreed - whole) / nullif(agreed, 0)),
    ('coverage', known / scheduled),
    ('downtime', down),
    ('weighted_downtime', weighted),
    ('planned_downtime', coalesce(planned, 0)),
    ('outage_count', failures),
    ('mtbf', (agreed - down) / nullif(failures, 0)),
    ('mtrs', lasted / nullif(failures, 0)),
    -- A time between two needs two.
    ('mtbsi', CASE WHEN failures > 1 THEN (agreed - down) / failures + lasted / failures END),
    ('longest_outage', longest)
) AS figures(metric, value);

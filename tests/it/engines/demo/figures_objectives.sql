-- Three objectives as the demo declares them. The window is that of the last day which began before the period ended.
WITH closing AS (SELECT ended_at AS "at", day FROM days WHERE started_at < getvariable('to_at') ORDER BY day DESC LIMIT 1),
-- An hour of load tests is left out of the pages.
pages AS (
    SELECT "at", total - good AS bad, total FROM sli_counts
    WHERE service = 'Customer portal' AND sli = 'pages served'
      AND NOT ("at" >= TIMESTAMP '2026-06-24 05:00:00' AT TIME ZONE 'Europe/Brussels' AND "at" < TIMESTAMP '2026-06-24 06:00:00' AT TIME ZONE 'Europe/Brussels')
),
events AS (
    SELECT 'payments-accepted' AS objective, 0.995 AS target, 28 AS days, "at", total - good AS bad, total FROM sli_counts
    WHERE service = 'Payments' AND sli = 'payments accepted'
    UNION ALL SELECT 'portal-pages', 0.999, 28, "at", bad, total FROM pages
    UNION ALL SELECT 'portal-answers', 0.98, 28, "at", CASE WHEN latency_s <= 0.4 THEN 0 ELSE 1 END, 1 FROM probes
    WHERE service = 'Customer portal' AND latency_s IS NOT NULL
    -- Slices of five minutes in a calendar month, bad below 99 %; the last one is judged when it is over.
    UNION ALL SELECT 'portal-slices', 0.99, NULL, slice, CASE WHEN sum(bad) / sum(total) > 0.01 + 1e-12 THEN 1 ELSE 0 END, 1
    FROM (SELECT *, time_bucket(INTERVAL 5 MINUTE, "at") AS slice FROM pages)
    WHERE slice + INTERVAL 5 MINUTE <= getvariable('as_of') GROUP BY slice HAVING sum(total) > 0
)
SELECT 'sli' AS metric, 'objective' AS dimension, objective AS slice, 1 - sum(bad) / sum(total) AS value
FROM events WHERE asked("at") GROUP BY objective
UNION ALL SELECT 'burn_rate', 'objective', objective, sum(bad) / sum(total) / (1 - any_value(target)) FROM events WHERE asked("at") GROUP BY objective
-- A month that isn't over has the budget of a whole month, at the traffic so far.
UNION ALL SELECT 'error_budget_consumed', 'objective', objective, sum(bad) / sum(total) / (1 - any_value(target)) * CASE
    WHEN any_value(days) IS NULL THEN any_value(passed_s / month_s) ELSE 1 END
FROM events, (
    SELECT *, date_trunc('month', CAST(day AS TIMESTAMP)) AS month, epoch_us("at" - month AT TIME ZONE 'Europe/Brussels') / 1e6 AS passed_s,
           epoch_us((month + INTERVAL 1 MONTH) AT TIME ZONE 'Europe/Brussels' - month AT TIME ZONE 'Europe/Brussels') / 1e6 AS month_s
    FROM closing
) closing
WHERE events."at" < closing."at" AND events."at" >= CASE
    WHEN days IS NULL THEN month AT TIME ZONE 'Europe/Brussels'
    ELSE closing."at" - to_microseconds(CAST(days AS BIGINT) * 86400000000) END
GROUP BY objective;

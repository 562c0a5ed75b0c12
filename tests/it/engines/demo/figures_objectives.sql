-- Objectives as the demo declares them. The window is that of the last day which began before the period ended.
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
    -- The parts of the composite know of no correction.
    UNION ALL SELECT 'buying-something/look-at-it', 0.999, 28, "at", total - good, total FROM sli_counts
    WHERE service = 'Customer portal' AND sli = 'pages served'
    UNION ALL SELECT 'buying-something/pay-for-it', 0.995, 28, "at", total - good, total FROM sli_counts WHERE service = 'Payments'
    UNION ALL SELECT 'data-backups', 0.95, 30, scheduled_at, CASE WHEN outcome = 'successful' THEN 0 ELSE 1 END, 1 FROM jobs
    WHERE service = 'Data platform' AND kind = 'backup'
    UNION ALL SELECT 'payments-tickets', 0.8, 90, resolved_at, CASE WHEN in_time THEN 0 ELSE 1 END, 1 FROM tickets
    WHERE service = 'Payments' AND in_time IS NOT NULL AND resolved_at IS NOT NULL
),
spent AS (
    SELECT objective, sum(bad) / sum(total) AS bad, any_value(target) AS target, any_value(days) AS days, any_value(passed_s / month_s) AS part
    FROM events, (
        SELECT *, date_trunc('month', CAST(day AS TIMESTAMP)) AS month, epoch_us("at" - month AT TIME ZONE 'Europe/Brussels') / 1e6 AS passed_s,
               epoch_us((month + INTERVAL 1 MONTH) AT TIME ZONE 'Europe/Brussels' - month AT TIME ZONE 'Europe/Brussels') / 1e6 AS month_s
        FROM closing
    ) closing
    WHERE events."at" < closing."at" AND events."at" >= CASE
        WHEN days IS NULL THEN month AT TIME ZONE 'Europe/Brussels'
        ELSE closing."at" - to_microseconds(CAST(days AS BIGINT) * 86400000000) END
    GROUP BY objective
)
SELECT 'sli' AS metric, 'objective' AS dimension, objective AS slice, 1 - sum(bad) / sum(total) AS value
FROM events WHERE asked("at") GROUP BY objective
UNION ALL SELECT 'burn_rate', 'objective', objective, sum(bad) / sum(total) / (1 - any_value(target)) FROM events WHERE asked("at") GROUP BY objective
-- A month that isn't over has the budget of a whole month, at the traffic so far.
UNION ALL SELECT 'error_budget_consumed', 'objective', objective, bad / (1 - target) * CASE WHEN days IS NULL THEN part ELSE 1 END FROM spent
-- Looking counts once, paying twice.
UNION ALL SELECT 'error_budget_consumed', 'objective', 'buying-something', sum(bad * weight) / sum(weight) / (1 - sum(target * weight) / sum(weight))
FROM (SELECT *, CASE WHEN objective LIKE '%/look-at-it' THEN 1 ELSE 2 END AS weight FROM spent WHERE objective LIKE 'buying-something/%') HAVING count(*) = 2;

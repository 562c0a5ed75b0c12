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
-- Agreed time of two services, each second bad by what was lost of it.
hours AS (
    SELECT objective, target, days, started_at, ended_at, lost FROM accounted
    JOIN (VALUES ('payments-available', 'Payments', 0.9995, NULL), ('erp-available', 'ERP', 0.999, 28)) AS o(objective, service, target, days) USING (service)
    WHERE agreed
),
closed AS (
    SELECT days, "at", CASE WHEN days IS NULL THEN month ELSE "at" - to_microseconds(CAST(days AS BIGINT) * 86400000000) END AS since,
           CASE WHEN days IS NULL THEN epoch_us(next_month) - epoch_us(month) ELSE CAST(days AS BIGINT) * 86400000000 END AS window_us,
           days IS NULL AND next_month > "at" AS going_on
    FROM (SELECT DISTINCT days FROM events UNION SELECT DISTINCT days FROM hours), (
        SELECT "at", date_trunc('month', CAST(day AS TIMESTAMP)) AT TIME ZONE 'Europe/Brussels' AS month,
               (date_trunc('month', CAST(day AS TIMESTAMP)) + INTERVAL 1 MONTH) AT TIME ZONE 'Europe/Brussels' AS next_month FROM closing
    ) months
),
counted AS (
    SELECT objective, target, days, "at" AS started_at, "at" AS ended_at, bad, total FROM events
    UNION ALL SELECT objective, target, days, started_at, ended_at, lost, NULL FROM hours
),
-- Of a window that isn't over, or that history begins in, a part has been seen; 2 % may be missing of one that is over.
seen AS (
    SELECT objective, any_value(since) AS since, any_value("at") AS until,
           (epoch_us(any_value("at")) - epoch_us(greatest(any_value(since), min(started_at)))) / any_value(window_us) AS part, any_value(going_on) AS going_on
    FROM counted JOIN closed ON counted.days IS NOT DISTINCT FROM closed.days GROUP BY objective
),
spent AS (
    SELECT objective, any_value(target) AS target, any_value(part) AS part, any_value(going_on) AS going_on,
           sum(CASE WHEN total IS NULL THEN bad * seconds(greatest(started_at, since), least(ended_at, until)) ELSE bad END)
           / sum(coalesce(total, seconds(greatest(started_at, since), least(ended_at, until)))) AS bad
    FROM counted JOIN seen USING (objective)
    WHERE started_at < until AND CASE WHEN total IS NULL THEN ended_at > since ELSE started_at >= since END
    GROUP BY objective
)
SELECT 'sli' AS metric, 'objective' AS dimension, objective AS slice, 1 - sum(bad) / sum(total) AS value
FROM events WHERE asked("at") GROUP BY objective
UNION ALL SELECT 'burn_rate', 'objective', objective, sum(bad) / sum(total) / (1 - any_value(target)) FROM events WHERE asked("at") GROUP BY objective
UNION ALL SELECT 'sli', 'objective', objective, 1 - sum(lost * seconds(started_at, ended_at)) / sum(seconds(started_at, ended_at))
FROM hours WHERE asked(started_at) GROUP BY objective
UNION ALL SELECT 'burn_rate', 'objective', objective, sum(lost * seconds(started_at, ended_at)) / sum(seconds(started_at, ended_at)) / (1 - any_value(target))
FROM hours WHERE asked(started_at) GROUP BY objective
-- Of which a part is seen has the budget of the whole, at the traffic of that part.
UNION ALL SELECT 'error_budget_consumed', 'objective', objective, bad / (1 - target) * CASE WHEN going_on OR part < 0.98 THEN part ELSE 1 END FROM spent
-- Looking counts once, paying twice.
UNION ALL SELECT 'error_budget_consumed', 'objective', 'buying-something', sum(bad * weight) / sum(weight) / (1 - sum(target * weight) / sum(weight))
FROM (SELECT *, CASE WHEN objective LIKE '%/look-at-it' THEN 1 ELSE 2 END AS weight FROM spent WHERE objective LIKE 'buying-something/%') HAVING count(*) = 2;

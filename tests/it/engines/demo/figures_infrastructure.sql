WITH moment AS (SELECT least(getvariable('to_at'), getvariable('as_of') + INTERVAL 1 MICROSECOND) AS "at"),
now AS (SELECT runs.* FROM runs WHERE asked(scheduled_at)),
-- Services with backups, their newest good one, and their newest restore that worked, just before the moment.
kept AS (
    SELECT service, "at", max(finished_at) FILTER (kind = 'backup' AND came_to = 'successful' AND finished_at < "at") AS newest,
           max(finished_at) FILTER (kind = 'restore_test' AND came_to = 'successful' AND finished_at < "at") AS restored
    FROM runs, moment WHERE kind IN ('backup', 'restore_test')
    GROUP BY service, "at" HAVING min(scheduled_at) FILTER (kind = 'backup') < "at"
),
-- The newest day of each resource, the peaks of the ninety days up to it, and the slopes between all pairs of them.
peaks AS (
    SELECT resource, day, max(used) AS used, max(used / available) AS share, arg_max(available, readings."at") AS available
    FROM readings, moment WHERE begins(day) < moment."at" GROUP BY resource, day
),
newest AS (SELECT resource, max(day) AS day, arg_max(available, day) AS available FROM peaks GROUP BY resource),
points AS (
    SELECT p.resource, date_diff('day', n.day, p.day) AS x, p.used AS y, p.share, n.available
    FROM peaks p JOIN newest n ON n.resource = p.resource, moment
    WHERE p.day > n.day - 90 AND begins(n.day) + INTERVAL 7 DAY >= moment."at"
),
slopes AS (
    SELECT a.resource, median((b.y - a.y) / (b.x - a.x)) AS slope FROM points a JOIN points b ON b.resource = a.resource AND b.x > a.x
    GROUP BY a.resource HAVING count(DISTINCT a.x) >= 13
),
lines AS (
    SELECT resource, any_value(slope) AS slope, any_value(available) AS available, median(y - slope * x) AS level
    FROM points JOIN slopes USING (resource) GROUP BY resource
),
full_in AS (SELECT resource, 86400 * greatest(available - level, 0) / slope AS lasts_s FROM lines WHERE slope > 0),
stands AS (SELECT register.* FROM register, moment WHERE opened_at < "at" AND (closed_at IS NULL OR closed_at >= "at")),
months AS (
    SELECT c.*, count(c.cost) OVER (PARTITION BY month) > 0 AS costed, count(c.budget) OVER (PARTITION BY month) > 0 AS budgeted
    FROM cost_months c
),
asked_months AS (SELECT * FROM months WHERE asked(begins(month))),
whole AS (
    SELECT DISTINCT month FROM asked_months, (SELECT min(local_day(opened_at)) AS day FROM tickets WHERE NOT child)
    WHERE costed AND month >= day AND begins(month + INTERVAL 1 MONTH) <= getvariable('as_of')
),
own_weeks AS (SELECT week FROM weeks WHERE asked(begins(week))),
work AS (
    SELECT (SELECT sum(hours) / 40 FROM bookings WHERE week IN (SELECT week FROM own_weeks)) AS fte,
           (SELECT count(*) FROM own_weeks) AS weeks,
           (SELECT count(*) FROM tickets WHERE NOT child AND date_trunc('week', local_day(opened_at)) IN (SELECT week FROM own_weeks)) AS tickets
)
SELECT 'job_success_share' AS metric, '' AS dimension, '' AS slice, avg(CASE WHEN came_to = 'successful' THEN 1.0 WHEN came_to IS NOT NULL THEN 0.0 END) AS value FROM now
UNION ALL SELECT 'job_success_share', 'kind', kind, avg(CASE WHEN came_to = 'successful' THEN 1.0 WHEN came_to IS NOT NULL THEN 0.0 END) FROM now GROUP BY kind
UNION ALL SELECT 'job_runs_missed', 'kind', kind, count(*) FILTER (came_to = 'missed') FROM now GROUP BY kind
UNION ALL SELECT 'job_on_time_share', '', '', avg(CASE WHEN started_at <= scheduled_at + INTERVAL 15 MINUTE THEN 1.0 WHEN started_at IS NOT NULL OR came_to = 'missed' THEN 0.0 END) FROM now
UNION ALL SELECT 'backup_success_share', 'service', service, avg(CASE WHEN came_to = 'successful' THEN 1.0 ELSE 0.0 END) FROM now WHERE kind = 'backup' GROUP BY service
UNION ALL SELECT 'job_duration_p90', '', '', quantile_cont(seconds(started_at, finished_at), 0.9) FROM runs WHERE asked(finished_at)
UNION ALL SELECT 'backup_age_max', '', '', max(epoch_us("at") - epoch_us(newest)) / 1e6 FROM kept
UNION ALL SELECT 'backup_age_max', 'service', service, (epoch_us("at") - epoch_us(newest)) / 1e6 FROM kept
UNION ALL SELECT 'restore_test_coverage_share', '', '', avg(CASE WHEN restored + INTERVAL 90 DAY >= "at" THEN 1.0 ELSE 0.0 END) FROM kept
UNION ALL SELECT 'services_never_restored', '', '', count(*) FILTER (restored IS NULL) FROM kept
UNION ALL SELECT 'capacity_use_p95', '', '', quantile_cont(used / available, 0.95) FROM readings WHERE asked("at")
UNION ALL SELECT 'capacity_headroom_min', 'resource', resource, 1 - max(share) FROM points WHERE x > -7 GROUP BY resource
UNION ALL SELECT 'time_to_full_min', 'resource', resource, lasts_s FROM full_in
UNION ALL SELECT 'time_to_full_min', '', '', min(lasts_s) FROM full_in
UNION ALL SELECT 'register_entries_open', 'kind', kind, count(*) FROM stands GROUP BY kind
UNION ALL SELECT 'register_entries_impact_open', '', '', sum(points) FROM stands
UNION ALL SELECT 'register_entries_opened', '', '', count(*) FROM register WHERE asked(opened_at)
UNION ALL SELECT 'register_entries_closed', '', '', count(*) FROM register WHERE asked(closed_at)
UNION ALL SELECT 'register_entries_overdue', '', '', count(*) FROM stands, moment WHERE due_at < "at"
UNION ALL SELECT 'road_map_deviations_open', '', '', count(*) FROM stands WHERE kind = 'deviation' AND about = 'road_map'
UNION ALL SELECT 'approach_deviations_impact_open', '', '', sum(points) FROM stands WHERE about = 'standard'
UNION ALL SELECT 'exceptions_open', 'standard', subject, count(*) FROM stands WHERE kind = 'exception' GROUP BY subject
UNION ALL SELECT 'standards_to_review', '', '', count(*) FROM (SELECT subject FROM stands WHERE kind = 'exception' GROUP BY subject HAVING count(*) >= 3)
UNION ALL SELECT 'risk_score_open', '', '', sum(likelihood * points) FROM stands WHERE kind = 'risk'
UNION ALL SELECT 'risk_exposure_open', '', '', sum(likelihood * amount) FROM stands WHERE kind = 'risk'
UNION ALL SELECT 'cost_total', 'supplier', coalesce(supplier, ''), sum(amount) FROM finance WHERE kind = 'cost' AND asked("at") GROUP BY ALL
UNION ALL SELECT 'cost_against_budget', '', '', sum(cost) / sum(budget) FROM asked_months WHERE costed AND budgeted
UNION ALL SELECT 'cost_against_budget', 'service', service, sum(cost) / sum(budget) FROM asked_months WHERE costed AND budgeted GROUP BY service
UNION ALL SELECT 'cost_against_benchmark', '', '', sum(cost) FILTER (elsewhere IS NOT NULL) / sum(elsewhere) FROM asked_months
UNION ALL SELECT 'cost_per_ticket', '', '', (SELECT sum(cost) FROM asked_months WHERE month IN (SELECT month FROM whole)) /
    (SELECT count(*) FROM tickets WHERE NOT child AND date_trunc('month', local_day(opened_at)) IN (SELECT month FROM whole))
UNION ALL SELECT 'fte_mean', '', '', fte / nullif(weeks, 0) FROM work
UNION ALL SELECT 'tickets_per_fte', '', '', tickets / nullif(fte, 0) FROM work
UNION ALL SELECT 'patches_missing', '', '', count(*) FROM patches, moment
    WHERE greatest(due_at, released_at, coalesce(excepted_until, due_at)) < "at" AND (applied_at IS NULL OR applied_at >= "at")
-- An index: scores on the index's own scales, clipped, weighed over those that there are.
UNION ALL SELECT 'financial_perspective', '', '', sum(weight * score) / sum(weight) FROM (
    SELECT weight, 100 * CASE WHEN part < 0 THEN 0 WHEN part > 1 THEN 1 ELSE part END AS score FROM (
        SELECT 2 AS weight, (sum(cost) / sum(budget) - 1.2) / (1 - 1.2) AS part FROM asked_months WHERE costed AND budgeted
        UNION ALL SELECT 1, (sum(cost) FILTER (elsewhere IS NOT NULL) / sum(elsewhere) - 1.5) / (1 - 1.5) FROM asked_months
        UNION ALL SELECT 1, (sum(benefit) / sum(cost) - 0.8) / (1.2 - 0.8) FROM asked_months WHERE costed AND month IN (SELECT month FROM asked_months WHERE benefit IS NOT NULL)
    ) WHERE part IS NOT NULL
);

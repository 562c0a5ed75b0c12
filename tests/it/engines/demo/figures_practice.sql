WITH moment AS (SELECT least(getvariable('to_at'), getvariable('as_of') + INTERVAL 1 MICROSECOND) AS "at"),
-- What each system misses at that moment, and whether an exception that still holds excuses all of it.
systems AS (
    SELECT asset, count(*) FILTER (missing AND NOT excused) AS bare, count(*) FILTER (missing) AS missing FROM (
        SELECT asset, greatest(due_at, released_at) < "at" AND (applied_at IS NULL OR applied_at >= "at") AS missing,
               coalesce(excepted_until >= "at", false) AS excused
        FROM patches, moment WHERE released_at < "at"
    ) GROUP BY asset
),
checks AS (SELECT * FROM probes WHERE asked("at") AND (latency_s IS NOT NULL OR NOT up))
SELECT 'patch_currency' AS metric, '' AS dimension, '' AS slice,
       count(*) FILTER (missing = 0) / count(*) FILTER (missing = 0 OR bare > 0) AS value FROM systems
UNION ALL SELECT 'patch_lag_median', '', '', median(seconds(released_at, applied_at)) FROM patches WHERE asked(applied_at)
UNION ALL SELECT 'toil_share', '', '', sum(CASE WHEN work = 'toil' THEN hours ELSE 0 END) / sum(hours) FROM effort WHERE asked("at")
UNION ALL SELECT 'planned_work_share', '', '', sum(CASE WHEN work IN ('planned', 'project') THEN hours ELSE 0 END) / sum(hours) FROM effort WHERE asked("at")
UNION ALL SELECT 'latency_median', '', '', median(latency_s) FROM checks WHERE up
UNION ALL SELECT 'latency_p95', '', '', quantile_cont(latency_s, 0.95) FROM checks WHERE up
UNION ALL SELECT 'latency_p95', 'service', service, quantile_cont(latency_s, 0.95) FROM checks WHERE up GROUP BY service
UNION ALL SELECT 'apdex', '', '', avg(CASE WHEN NOT up THEN 0.0 WHEN latency_s <= 0.5 THEN 1.0 WHEN latency_s <= 2.0 THEN 0.5 ELSE 0.0 END) FROM checks
UNION ALL SELECT 'apdex', 'service', service, avg(CASE WHEN NOT up THEN 0.0 WHEN latency_s <= 0.5 THEN 1.0 WHEN latency_s <= 2.0 THEN 0.5 ELSE 0.0 END) FROM checks GROUP BY service
UNION ALL SELECT 'patch_exceptions_open', '', '', count(*) FROM patches, moment
    WHERE excepted_until IS NOT NULL AND released_at < "at" AND least(excepted_until, coalesce(applied_at, excepted_until)) >= "at"
UNION ALL SELECT 'patches_in_time_share', '', '', avg(CASE WHEN applied_at <= due_at THEN 1.0
    WHEN coalesce(applied_at, getvariable('as_of')) >= due_at AND NOT coalesce(excepted_until >= coalesce(applied_at, getvariable('as_of')), false) THEN 0.0 END)
    FROM patches WHERE asked(due_at);

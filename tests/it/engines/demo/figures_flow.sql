WITH moment AS (SELECT least(getvariable('to_at'), getvariable('as_of') + INTERVAL 1 MICROSECOND) AS "at"),
done AS (SELECT * FROM items WHERE asked(finished_at)),
stock AS (SELECT items.* FROM items, moment WHERE created_at < "at" AND (finished_at IS NULL OR finished_at >= "at")),
busy AS (SELECT items.*, date_diff('microsecond', started_at, "at") / 1e6 AS age FROM items, moment WHERE started_at < "at" AND (finished_at IS NULL OR finished_at >= "at")),
dated AS (SELECT * FROM team_days WHERE asked(day)),
given AS (SELECT *, score / scale AS part, CASE WHEN scale IN (4, 5) THEN score >= scale - 1 ELSE score / scale >= 0.8 END AS glad FROM answers WHERE asked("at")),
recent AS (SELECT sprints.* FROM sprints, moment WHERE "end" < "at" QUALIFY row_number() OVER (PARTITION BY team ORDER BY "end" DESC) <= 8),
opened AS (SELECT customer, large, units, opened_at FROM tickets JOIN callers USING (id) LEFT JOIN accounts USING (customer) WHERE NOT child AND asked(opened_at)),
-- Days on which units could have brought tickets: from that of the first ticket to as-of.
covered AS (
    SELECT count(*) AS days FROM days, (SELECT min(opened_at) AS first FROM tickets) WHERE days.ended_at > first AND asked(days.started_at) AND day_is_over(days.started_at)
)
SELECT 'work_items_created' AS metric, '' AS dimension, '' AS slice, CAST(count(*) AS DOUBLE) AS value FROM items WHERE asked(created_at)
UNION ALL SELECT 'work_items_created', 'origin', origin, count(*) FROM items WHERE asked(created_at) GROUP BY origin
UNION ALL SELECT 'work_items_finished', '', '', count(*) FROM done
UNION ALL SELECT 'work_items_finished', 'team', team, count(*) FROM done GROUP BY team
UNION ALL SELECT 'work_net_flow', '', '', (SELECT count(*) FROM items WHERE asked(created_at)) - (SELECT count(*) FROM done)
UNION ALL SELECT 'work_backlog', '', '', count(*) FROM stock
UNION ALL SELECT 'work_backlog', 'origin', origin, count(*) FROM stock GROUP BY origin
UNION ALL SELECT 'work_raised_by_service_management_share', '', '', avg(CASE WHEN origin = 'service_management' THEN 1.0 WHEN origin IS NOT NULL THEN 0.0 END) FROM items WHERE asked(created_at)
UNION ALL SELECT 'capacity_service_management_share', '', '', sum(CASE WHEN origin = 'service_management' THEN took ELSE 0 END) / sum(took) FROM done WHERE origin IS NOT NULL
UNION ALL SELECT 'work_lead_time_median', '', '', median(led) FROM done
UNION ALL SELECT 'work_lead_time_p85', '', '', quantile_cont(led, 0.85) FROM done
UNION ALL SELECT 'work_cycle_time_median', '', '', median(took) FROM done
UNION ALL SELECT 'work_cycle_time_p90', 'team', team, quantile_cont(took, 0.9) FROM done GROUP BY team
UNION ALL SELECT 'work_in_progress', '', '', count(*) FROM busy
UNION ALL SELECT 'wip_age_median', '', '', median(age) FROM busy
UNION ALL SELECT 'wip_limit_breach_share', '', '', avg(CASE WHEN wip > wip_limit THEN 1.0 WHEN wip_limit IS NOT NULL THEN 0.0 END) FROM dated
UNION ALL SELECT 'wip_over_limit_worst', '', '', max(greatest(wip - wip_limit, 0)) FROM dated
UNION ALL SELECT 'wip_worst', 'team', team, max(wip) FROM dated GROUP BY team
UNION ALL SELECT 'work_throughput_per_week', '', '', sum(departed) / (count(DISTINCT day) / 7) FROM dated
UNION ALL SELECT 'littles_law_ratio', 'team', team, sum(wip) / (sum(worked) / 86400) FROM dated GROUP BY team
UNION ALL SELECT 'flow_efficiency', '', '', sum(took - blocked_s) / sum(took) FROM done WHERE blocked_s <= took AND took > 0
UNION ALL SELECT 'work_points_finished', '', '', sum(points) FROM done
UNION ALL SELECT 'velocity_median', '', '', CASE WHEN count(finished) >= 3 THEN median(finished) END FROM recent
UNION ALL SELECT 'velocity_iqr', '', '', CASE WHEN count(finished) >= 4 THEN quantile_cont(finished, 0.75) - quantile_cont(finished, 0.25) END FROM recent
UNION ALL SELECT 'sprint_commitment_item_share', '', '', sum(kept) / sum(promised) FROM sprints WHERE asked("end")
UNION ALL SELECT 'csat', '', '', CASE WHEN count(glad) >= 5 THEN avg(CASE WHEN glad THEN 1.0 WHEN NOT glad THEN 0.0 END) END FROM given WHERE subject IN ('ticket', 'service') AND scale <> 10
UNION ALL SELECT 'csat', 'customer', customer, CASE WHEN count(glad) >= 5 THEN avg(CASE WHEN glad THEN 1.0 WHEN NOT glad THEN 0.0 END) END FROM given WHERE subject IN ('ticket', 'service') AND scale <> 10 GROUP BY customer
UNION ALL SELECT 'nps', '', '', CASE WHEN count(score) >= 5 THEN 100 * (count(*) FILTER (score >= 9) - count(*) FILTER (score <= 6)) / count(score) END FROM given WHERE scale = 10
UNION ALL SELECT 'approach_satisfaction_mean', '', '', CASE WHEN count(part) >= 3 THEN avg(part) END FROM given WHERE subject = 'approach'
UNION ALL SELECT 'alignment_mean', '', '', CASE WHEN sum(n) >= 3 THEN avg(mean) END
    FROM (SELECT avg(part) AS mean, count(part) AS n FROM given WHERE subject = 'alignment' AND part IS NOT NULL GROUP BY question)
UNION ALL SELECT 'supplier_satisfaction_mean', '', '', CASE WHEN count(part) >= 3 THEN avg(part) END FROM given WHERE subject = 'supplier'
UNION ALL SELECT 'response_rate', '', '', count(score) / nullif(count(*), 0) FROM given WHERE subject IN (SELECT subject FROM answers WHERE score IS NULL)
UNION ALL SELECT 'response_rate', 'subject', subject, count(score) / nullif(count(*), 0) FROM given WHERE subject IN (SELECT subject FROM answers WHERE score IS NULL) GROUP BY subject
UNION ALL SELECT 'tickets_answered_share', '', '', avg(CASE WHEN id IN (SELECT "ref" FROM answers WHERE subject = 'ticket' AND score IS NOT NULL) THEN 1.0 ELSE 0.0 END)
    FROM tickets WHERE NOT child AND asked(resolved_at)
UNION ALL SELECT 'tickets_opened', 'customer', customer, count(*) FROM opened GROUP BY customer
UNION ALL SELECT 'tickets_per_100_units_30d', '', '', (SELECT count(*) FROM opened WHERE units > 0 AND day_is_over(opened_at)) / ((SELECT sum(units) FROM accounts) * days / 3000) FROM covered
UNION ALL SELECT 'tickets_per_100_units_30d', 'customer', customer, count(*) / (any_value(units) * any_value(days) / 3000) FROM opened, covered WHERE units > 0 AND day_is_over(opened_at) GROUP BY customer;

WITH counted AS (SELECT * FROM tickets WHERE NOT child),
opened AS (SELECT * FROM counted WHERE asked(opened_at)),
resolved AS (
    SELECT counted.*, seconds(opened_at, resolved_at) AS took, tier,
           (SELECT coalesce(sum(epoch_us(least(o.ended_at, counted.resolved_at)) - epoch_us(greatest(o.started_at, counted.opened_at))), 0) / 1e6
            FROM office o WHERE o.started_at < counted.resolved_at AND o.ended_at > counted.opened_at)
         - (SELECT coalesce(sum(epoch_us(least(o.ended_at, s.ended_at, counted.resolved_at)) - epoch_us(greatest(o.started_at, s.started_at))), 0) / 1e6
            FROM stood s JOIN office o ON o.started_at < s.ended_at AND o.ended_at > s.started_at
            WHERE s.id = counted.id AND s.started_at < counted.resolved_at AND o.started_at < counted.resolved_at) AS worked,
           (SELECT count(*) FROM steps WHERE steps.id = counted.id) AS hops,
           (SELECT count(*) FROM steps WHERE steps.id = counted.id AND to_tier > from_tier) AS up
    FROM counted LEFT JOIN tiers USING (team) WHERE asked(resolved_at)
),
moment AS (SELECT least(getvariable('to_at'), getvariable('as_of') + INTERVAL 1 MICROSECOND) AS "at")
SELECT 'tickets_opened' AS metric, '' AS dimension, '' AS slice, CAST(count(*) AS DOUBLE) AS value FROM opened
UNION ALL SELECT 'tickets_resolved', '', '', count(*) FROM resolved
UNION ALL SELECT 'tickets_resolved', 'team', team, count(*) FROM resolved GROUP BY team
UNION ALL SELECT 'ticket_backlog', '', '', count(*) FROM counted, moment WHERE opened_at < "at" AND (ended_at IS NULL OR ended_at >= "at")
    AND NOT EXISTS (SELECT 1 FROM stood WHERE stood.id = counted.id AND stood.started_at < "at" AND stood.ended_at >= "at")
UNION ALL SELECT 'time_to_resolve_median', '', '', median(took) FROM resolved
UNION ALL SELECT 'time_to_resolve_p90', '', '', quantile_cont(took, 0.9) FROM resolved
UNION ALL SELECT 'time_to_resolve_p90', 'team', team, quantile_cont(took, 0.9) FROM resolved GROUP BY team
UNION ALL SELECT 'time_to_resolve_mean', '', '', avg(took) FROM resolved
UNION ALL SELECT 'working_time_to_resolve_median', '', '', median(worked) FROM resolved
UNION ALL SELECT 'working_time_to_resolve_mean', '', '', avg(worked) FROM resolved
UNION ALL SELECT 'time_to_close_median', '', '', median(seconds(opened_at, closed_at)) FROM counted WHERE asked(closed_at)
UNION ALL SELECT 'reopen_rate', '', '', avg(CASE WHEN reopens > 0 THEN 1.0 WHEN reopens = 0 THEN 0.0 END) FROM opened
UNION ALL SELECT 'ticket_reopenings', '', '', count(*) FROM turns JOIN counted USING (id) WHERE NOT done AND before AND asked("at")
UNION ALL SELECT 'ticket_reopenings_by_opening', '', '', sum(reopens) FROM opened
UNION ALL SELECT 'reassignment_free_share', '', '', avg(CASE WHEN reassignments = 0 THEN 1.0 ELSE 0.0 END) FROM opened
UNION ALL SELECT 'first_line_resolution', '', '', avg(CASE WHEN tier = 1 THEN 1.0 WHEN tier IS NOT NULL THEN 0.0 END) FROM resolved
UNION ALL SELECT 'escalation_rate', '', '', avg(CASE WHEN up > 0 THEN 1.0 ELSE 0.0 END) FROM resolved
UNION ALL SELECT 'hops_mean', '', '', avg(hops) FROM resolved
UNION ALL SELECT 'escalations', '', '', count(*) FROM steps WHERE asked("at") AND to_tier > from_tier;

-- Time with teams, load and flow, paths, the practice of the desk, and two patterns.
WITH moment AS (SELECT least(getvariable('to_at'), getvariable('as_of')) AS "at"),
gone AS (SELECT * FROM split_stays WHERE NOT child AND asked(to_at)),
flow AS (SELECT * FROM team_stretches WHERE NOT child AND (ended_at IS NULL OR ended_at > started_at)),
handed AS (
    SELECT s.*, b.team AS before, EXISTS (SELECT 1 FROM desk_waits w WHERE w.id = s.id AND w.state = 'Awaiting User Info'
               AND w.started_at >= b.from_at AND w.started_at < s.from_at AND w.ended_at >= s.from_at) AS parked
    FROM split_stays s JOIN split_stays b ON b.id = s.id AND b.position = s.position - 1 WHERE NOT s.child AND asked(s.from_at)
),
own AS (SELECT * FROM desk_tickets WHERE NOT child),
done AS (
    SELECT own.*, f.team AS first_team, f.tier AS first_tier, r.tier,
           (SELECT count(*) FROM steps WHERE steps.id = own.id AND to_tier > from_tier) AS up,
           EXISTS (SELECT 1 FROM desk_waits w WHERE w.id = own.id) AS waited
    FROM own LEFT JOIN stays f ON f.id = own.id AND f.position = 1 LEFT JOIN tiers r ON r.team = own.team WHERE asked(resolved_at)
),
quiet AS (
    SELECT own.id FROM own, moment WHERE opened_at < "at" AND (ended_at IS NULL OR ended_at >= "at")
    AND NOT EXISTS (SELECT 1 FROM stood WHERE stood.id = own.id AND stood.started_at < "at" AND stood.ended_at >= "at")
    AND (SELECT max(e."at") FROM desk_events e WHERE e.id = own.id AND e."at" < moment."at") < "at" - to_microseconds(CAST(5 * 86400 AS BIGINT) * 1000000)
),
-- What the clock of the target had left at the resolution: office hours less waits and time stood resolved.
spans AS (
    SELECT id, opened_at AS started_at, resolved_at AS ended_at, 1 AS sign FROM own WHERE asked(resolved_at)
    UNION ALL SELECT w.id, w.started_at, least(w.ended_at, o.resolved_at), -1 FROM desk_waits w JOIN own o ON o.id = w.id WHERE asked(o.resolved_at)
    UNION ALL SELECT d.id, d.started_at, least(d.ended_at, o.resolved_at), -1 FROM stood d JOIN own o ON o.id = d.id WHERE asked(o.resolved_at)
),
counted AS (
    SELECT spans.id, sum(sign * (epoch_us(least(o.ended_at, spans.ended_at)) - epoch_us(greatest(o.started_at, spans.started_at)))) / 1e6 AS clock_s
    FROM spans JOIN office o ON o.started_at < spans.ended_at AND o.ended_at > spans.started_at GROUP BY spans.id
),
near AS (
    SELECT CASE rank WHEN 1 THEN 4 WHEN 2 THEN 8 WHEN 3 THEN 30 WHEN 4 THEN 60 END * 3600 - coalesce(clock_s, 0) AS left_s
    FROM own LEFT JOIN counted USING (id) WHERE asked(resolved_at)
),
working AS (
    SELECT DISTINCT CAST(started_at AT TIME ZONE 'Europe/Brussels' AS DATE) AS day FROM office
    WHERE CAST(started_at AT TIME ZONE 'Europe/Brussels' AS DATE) < CAST(getvariable('as_of') AT TIME ZONE 'Europe/Brussels' AS DATE)
),
last_days AS (SELECT max(day) AS day FROM working GROUP BY date_trunc('month', day) HAVING date_trunc('month', max(day)) < (SELECT date_trunc('month', max(day)) FROM working)),
endings AS (
    SELECT working.day, count(left_at.id) AS n FROM working
    LEFT JOIN (SELECT id, ended_at AS "at" FROM own UNION ALL SELECT own.id, started_at FROM stood JOIN own USING (id)) left_at
      ON CAST("at" AT TIME ZONE 'Europe/Brussels' AS DATE) = working.day GROUP BY working.day
),
rush AS (
    SELECT l.day, avg(CASE WHEN o.n < e.n THEN 1.0 WHEN o.n = e.n THEN 0.5 ELSE 0.0 END) AS busier, count(*) AS days
    FROM last_days l JOIN endings e ON e.day = l.day JOIN endings o ON abs(o.day - l.day) IN (7, 14) GROUP BY l.day
)
SELECT 'stay_time_mean' AS metric, '' AS dimension, '' AS slice, avg(held_s) AS value FROM gone
UNION ALL SELECT 'stay_time_median', 'tier', CAST(tier AS VARCHAR), median(held_s) FROM gone GROUP BY tier
UNION ALL SELECT 'stay_time_total', 'team', team, sum(held_s) FROM gone GROUP BY team
UNION ALL SELECT 'time_above_first_line_share', '', '', sum(CASE WHEN tier > 1 THEN held_s ELSE 0 END) / sum(held_s) FROM gone
UNION ALL SELECT 'queue_time_median', 'tier', CAST(tier AS VARCHAR), median(queue_s) FROM gone GROUP BY tier
UNION ALL SELECT 'queue_share', '', '', sum(queue_s) / sum(held_s) FROM gone
UNION ALL SELECT 'work_share', 'tier', CAST(tier AS VARCHAR), sum(held_s - queue_s - waited_s - stood_s) / sum(held_s) FROM gone GROUP BY tier HAVING sum(held_s) > 0
UNION ALL SELECT 'stay_wait_share', '', '', sum(waited_s) / sum(held_s) FROM gone
UNION ALL SELECT 'stay_wait_share_user', 'tier', CAST(tier AS VARCHAR), sum(user_s) / sum(held_s) FROM gone GROUP BY tier HAVING sum(held_s) > 0
UNION ALL SELECT 'hand_overs', 'pair', least(before, team) || ' / ' || greatest(before, team), count(*) FROM handed GROUP BY 3
UNION ALL SELECT 'bounces', 'from_team', before, count(*) FILTER (bounce AND NOT parked) FROM handed GROUP BY before
UNION ALL SELECT 'bounce_step_share', '', '', count(*) FILTER (bounce AND NOT parked) / count(*) FROM handed
UNION ALL SELECT 'hand_over_delay_median', '', '', median(accept_s) FROM handed
UNION ALL SELECT 'tier_load', 'tier', CAST(tier AS VARCHAR), count(*) FROM flow, moment WHERE started_at < "at" AND (ended_at IS NULL OR ended_at >= "at") GROUP BY tier
UNION ALL SELECT 'tier_arrivals', 'team', team, count(*) FROM flow WHERE asked(started_at) GROUP BY team
UNION ALL SELECT 'tier_departures', 'team', team, count(*) FROM flow WHERE asked(ended_at) GROUP BY team
UNION ALL SELECT 'not_updated_5d', '', '', count(*) FROM quiet
UNION ALL SELECT 'escalation_free_share', '', '', avg(CASE WHEN up = 0 THEN 1.0 ELSE 0.0 END) FROM done
UNION ALL SELECT 'misrouted_share', '', '', avg(CASE WHEN first_team <> team AND first_tier = tier THEN 1.0 ELSE 0.0 END) FROM done
UNION ALL SELECT 'one_touch_share', '', '', avg(CASE WHEN reassignments = 0 AND reopens = 0 AND NOT waited THEN 1.0 ELSE 0.0 END) FROM done
UNION ALL SELECT 'resolved_at_or_below_tier_2_share', '', '', avg(CASE WHEN tier <= 2 THEN 1.0 ELSE 0.0 END) FROM done
UNION ALL SELECT 'invalid_ticket_share', '', '', avg(CASE WHEN code = 'Invalid' THEN 1.0 WHEN code IS NOT NULL THEN 0.0 END) FROM done
UNION ALL SELECT 'knowledge_use_share', '', '', avg(CASE WHEN knowledge THEN 1.0 ELSE 0.0 END) FROM done
UNION ALL SELECT 'same_day_resolution_share', '', '',
    avg(CASE WHEN CAST(opened_at AT TIME ZONE 'Europe/Brussels' AS DATE) = CAST(resolved_at AT TIME ZONE 'Europe/Brussels' AS DATE) THEN 1.0 ELSE 0.0 END) FROM done
UNION ALL SELECT 'self_service_share', '', '', avg(CASE WHEN channel = 'Self service' THEN 1.0 ELSE 0.0 END) FROM own WHERE asked(opened_at)
UNION ALL SELECT 'priority_as_matrix_share', '', '', avg(CASE WHEN rank = least(impact + urgency - 1, 4) THEN 1.0 ELSE 0.0 END) FROM own WHERE asked(opened_at)
UNION ALL SELECT 'repeat_tickets_30d_share', '', '', avg(CASE WHEN EXISTS (
        SELECT 1 FROM own o WHERE o.service = own.service AND o.category = own.category AND o.symptom = own.symptom AND o.opened_at < own.opened_at
        AND epoch_us(own.opened_at) - epoch_us(o.opened_at) <= 30 * 86400000000) THEN 1.0 ELSE 0.0 END) FROM own WHERE asked(opened_at)
UNION ALL SELECT 'resolutions_heaped_before_target', '', '', CASE WHEN count(*) >= 20 THEN count(*) FILTER (left_s >= 0 AND left_s < 1800) / count(*) END
    FROM near WHERE left_s >= -1800 AND left_s < 3600
UNION ALL SELECT 'month_end_rush', '', '', CASE WHEN count(*) >= 4 THEN avg(busier) END FROM rush
    WHERE days >= 2 AND asked(CAST(day AS TIMESTAMP) AT TIME ZONE 'Europe/Brussels');

-- How tickets went through the tiers.
WITH events AS (
    SELECT id, updated_at AS "at", edit, team FROM audit WHERE id IS NOT NULL AND updated_at <= getvariable('as_of') AND team IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY id, updated_at, edit ORDER BY place DESC) = 1
),
held AS (
    SELECT steps.*, seconds(coalesce(
               (SELECT max("at") FROM steps earlier WHERE earlier.id = steps.id AND (earlier."at", earlier.edit) < (steps."at", steps.edit)),
               (SELECT min("at") FROM events WHERE events.id = steps.id)), steps."at") AS held_s,
           -- Back at a team that had it before: the first one, or one that a step before went to or from.
           EXISTS (SELECT 1 FROM steps earlier WHERE earlier.id = steps.id AND (earlier."at", earlier.edit) < (steps."at", steps.edit)
                   AND steps.to_team IN (earlier.from_team, earlier.to_team)) AS bounce,
           to_tier > from_tier AND (from_tier, to_tier) NOT IN ((1, 2), (1, 3), (2, 3), (2, 4), (3, 4), (2, 5), (4, 5)) AS forbidden
    FROM steps
),
-- Ping-pong: back at a team from another, and back at that one from the first.
there_and_back AS (
    SELECT DISTINCT one.id FROM held one JOIN held other ON other.id = one.id AND other.from_team = one.to_team AND other.to_team = one.from_team
    WHERE one.bounce AND other.bounce
),
paths AS (
    SELECT tickets.id, coalesce(bool_or(bounce), false) AS bounced,
           tickets.id IN (SELECT id FROM there_and_back) AS returned, coalesce(bool_or(to_tier > from_tier + 1), false) AS skipped,
           coalesce(bool_and(to_tier = from_tier + 1), true) AS one_by_one,
           coalesce(arg_min(from_tier, (held."at", held.edit)), any_value(tiers.tier)) AS first_tier
    FROM tickets LEFT JOIN held ON held.id = tickets.id LEFT JOIN tiers ON tiers.team = tickets.team
    WHERE NOT child AND asked(tickets.resolved_at) GROUP BY tickets.id
)
SELECT 'bounce_rate' AS metric, '' AS dimension, '' AS slice, avg(CASE WHEN bounced THEN 1.0 ELSE 0.0 END) AS value FROM paths
UNION ALL SELECT 'ping_pong_rate', '', '', avg(CASE WHEN returned THEN 1.0 ELSE 0.0 END) FROM paths
UNION ALL SELECT 'skip_rate', '', '', avg(CASE WHEN skipped THEN 1.0 ELSE 0.0 END) FROM paths
UNION ALL SELECT 'push_to_front_share', '', '', avg(CASE WHEN one_by_one AND first_tier = 1 THEN 1.0 ELSE 0.0 END) FROM paths
UNION ALL SELECT 'tier_violations', '', '', count(*) FILTER (forbidden) FROM held WHERE asked("at")
UNION ALL SELECT 'time_before_escalation_median', '', '', median(held_s) FROM held WHERE asked("at") AND to_tier > from_tier
UNION ALL SELECT 'time_before_escalation_median', 'from_tier', CAST(from_tier AS VARCHAR), median(held_s) FROM held
    WHERE asked("at") AND to_tier > from_tier GROUP BY from_tier;

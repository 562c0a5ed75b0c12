WITH moment AS (SELECT least(getvariable('to_at'), getvariable('as_of') + INTERVAL 1 MICROSECOND) AS "at"),
bugs AS (SELECT * FROM problems WHERE kind = 'bug'),
others AS (SELECT * FROM problems WHERE kind IN ('problem', 'known_error')),
open AS (
    SELECT problems.*, epoch_us("at") / 1e6 - epoch_us(opened_at) / 1e6 AS age, "at" FROM problems, moment
    WHERE opened_at < "at" AND (ended_at IS NULL OR ended_at >= "at")
),
known AS (SELECT *, coalesce(workaround_at < "at", false) AS around FROM open WHERE known_from < "at"),
ranks AS (
    SELECT (a.severity - b.severity) * (a.priority - b.priority) AS agreement
    FROM open a, open b WHERE a.kind = 'bug' AND b.kind = 'bug' AND a.id < b.id
),
brought_now AS (SELECT * FROM brought WHERE asked(opened_at) AND NOT child),
of_bugs AS (SELECT problem, count(*) AS n FROM brought_now WHERE kind = 'bug' GROUP BY problem),
first_ticket AS (SELECT problem, min(opened_at) AS first_at FROM brought GROUP BY problem),
own AS (SELECT problem, count(*) AS n FROM brought WHERE NOT child GROUP BY problem),
-- Changes: each moment no earlier than the one before it, and none later than the end of the record.
over AS (
    SELECT *, greatest(ended_at, closed_at) AS last_at FROM change_marks
    WHERE asked(coalesce(ended_at, closed_at)) AND outcome <> '' AND outcome <> 'Cancelled' AND requested_at <= greatest(ended_at, closed_at)
),
reached AS (
    SELECT *, least(greatest(approved_at, requested_at), last_at) AS a, coalesce(least(greatest(approved_at, requested_at), last_at), requested_at) AS a_ FROM over
),
planned AS (SELECT *, CASE WHEN planned_at IS NOT NULL THEN least(greatest(planned_at, a_), last_at) END AS p, coalesce(CASE WHEN planned_at IS NOT NULL THEN least(greatest(planned_at, a_), last_at) END, a_) AS p_ FROM reached),
begun AS (SELECT *, CASE WHEN started_at IS NOT NULL THEN least(greatest(started_at, p_), last_at) END AS s, coalesce(CASE WHEN started_at IS NOT NULL THEN least(greatest(started_at, p_), last_at) END, p_) AS s_ FROM planned),
stages AS (
    SELECT *, CASE WHEN approved_at IS NOT NULL THEN seconds(requested_at, a) END AS approval, seconds(a_, p) AS planning, seconds(p_, s) AS waiting,
           CASE WHEN ended_at IS NOT NULL THEN seconds(s_, least(greatest(ended_at, s_), last_at)) END AS work, seconds(requested_at, last_at) AS whole
    FROM begun
),
ran AS (
    SELECT started_at, coalesce(ended_at, getvariable('as_of') + INTERVAL 1 MICROSECOND) AS ended_at FROM change_marks
    WHERE started_at IS NOT NULL AND (ended_at IS NOT NULL OR (closed_at IS NULL AND coalesce(outcome, '') = ''))
),
whole_days AS (
    SELECT day AT TIME ZONE 'Europe/Brussels' AS from_at, (day + INTERVAL 1 DAY) AT TIME ZONE 'Europe/Brussels' AS to_at FROM (
        SELECT unnest(generate_series(CAST(min(started_at) AT TIME ZONE 'Europe/Brussels' AS DATE)::TIMESTAMP,
            CAST(getvariable('as_of') AT TIME ZONE 'Europe/Brussels' AS DATE)::TIMESTAMP - INTERVAL 1 DAY, INTERVAL 1 DAY)) AS day FROM change_marks)
    WHERE day AT TIME ZONE 'Europe/Brussels' >= getvariable('from_at') AND day AT TIME ZONE 'Europe/Brussels' < getvariable('to_at')
),
-- The most at once is reached when one begins, or stands when a day begins.
instants AS (
    SELECT started_at AS "at" FROM ran, whole_days WHERE started_at >= from_at AND started_at < to_at UNION SELECT from_at FROM whole_days
),
crowds AS (SELECT (SELECT count(*) FROM ran WHERE started_at <= instants."at" AND ended_at > instants."at") AS n FROM instants),
-- Releases on their way.
tries AS (SELECT *, coalesce(outcome, 'successful') = 'successful' AS well FROM passages WHERE kind IS DISTINCT FROM 'rollback'),
releases AS (
    SELECT service, release, min(begun_at) AS begun_at, min(finished_at) FILTER (well AND environment = 'production') AS live_at
    FROM tries GROUP BY service, release
),
settled AS (
    SELECT *, coalesce(live_at, (SELECT min(later.live_at) FROM releases later WHERE later.service = releases.service
        AND (later.begun_at > releases.begun_at OR (later.begun_at = releases.begun_at AND later.release > releases.release)))) AS settled_at
    FROM releases
),
ways AS (SELECT DISTINCT service, environment, position FROM tries),
funnel AS (
    SELECT environment, EXISTS (SELECT 1 FROM tries WHERE tries.service = settled.service AND tries.release = settled.release AND well AND tries.position >= ways.position) AS passed
    FROM settled JOIN ways USING (service) WHERE asked(settled_at)
),
firsts AS (
    SELECT * FROM tries QUALIFY row_number() OVER (PARTITION BY service, release, environment ORDER BY finished_at, begun_at, id) = 1
),
through AS (SELECT service, release, environment, position, min(finished_at) AS reached_at FROM tries WHERE well GROUP BY ALL),
waits AS (
    SELECT environment, reached_at, lag(reached_at) OVER (PARTITION BY service, release ORDER BY position) AS before_at FROM through
),
-- Warranty: two weeks, or until the next one.
attempts AS (SELECT * FROM passages WHERE environment = 'production' AND kind IS DISTINCT FROM 'rollback'),
warranties AS (
    SELECT *, least(finished_at + INTERVAL 336 HOUR, coalesce((SELECT min(next.finished_at) FROM attempts next WHERE next.service = attempts.service AND next.finished_at > attempts.finished_at), finished_at + INTERVAL 336 HOUR)) AS over_at,
           (SELECT count(*) FROM attempts near WHERE near.service = attempts.service AND near.finished_at <= attempts.finished_at AND near.finished_at > attempts.finished_at - INTERVAL 672 HOUR) AS often,
           finished_at >= (SELECT min(finished_at) FROM attempts) + INTERVAL 672 HOUR AS counted
    FROM attempts
),
suffered AS (
    SELECT warranties.*, (SELECT count(*) FROM incidents WHERE incidents.service = warranties.service AND started_at >= finished_at AND started_at < over_at) AS incidents,
           (SELECT count(*) FROM bugs WHERE bugs.service = warranties.service AND found_in = 'production' AND opened_at >= finished_at AND opened_at < over_at) AS bugs,
           CASE WHEN counted THEN CASE WHEN often >= 8 THEN '8 and more in 28 d' WHEN often >= 4 THEN '4 to 7 in 28 d' WHEN often >= 2 THEN '2 or 3 in 28 d' ELSE '1 in 28 d' END END AS band
    FROM warranties WHERE over_at <= getvariable('as_of') AND asked(over_at)
),
stops AS (
    SELECT passages.*, EXISTS (
        SELECT 1 FROM links JOIN problems ON problems.id = to_id WHERE from_table = 'deployments' AND to_table = 'problems' AND links.kind = 'relates_to'
          AND from_id = passages.id AND problems.opened_at BETWEEN passages.begun_at AND passages.finished_at + INTERVAL 1 HOUR
    ) OR EXISTS (
        SELECT 1 FROM links JOIN tickets ON tickets.id = to_id WHERE from_table = 'deployments' AND to_table = 'tickets' AND links.kind = 'relates_to'
          AND from_id = passages.id AND tickets.opened_at BETWEEN passages.begun_at AND passages.finished_at + INTERVAL 1 HOUR
    ) OR EXISTS (
        SELECT 1 FROM links JOIN incidents ON incidents.id = from_id WHERE from_table = 'incidents' AND to_table = 'deployments' AND links.kind = 'caused_by'
          AND to_id = passages.id AND coalesce(incidents.detected_at, incidents.started_at) BETWEEN passages.begun_at AND passages.finished_at + INTERVAL 1 HOUR
    ) AS raised
    FROM passages WHERE outcome IN ('failed', 'rolled_back') AND asked(finished_at)
)
SELECT 'bugs_reported' AS metric, '' AS dimension, '' AS slice, CAST(count(*) AS DOUBLE) AS value FROM bugs WHERE asked(opened_at)
UNION ALL SELECT 'bugs_reported', 'found_by', found_by, count(*) FROM bugs WHERE asked(opened_at) GROUP BY found_by
UNION ALL SELECT 'bugs_ended', '', '', count(*) FROM bugs WHERE asked(ended_at)
UNION ALL SELECT 'bugs_open', '', '', count(*) FROM open WHERE kind = 'bug'
UNION ALL SELECT 'bugs_open', 'service', service, count(*) FROM open WHERE kind = 'bug' GROUP BY service
UNION ALL SELECT 'bug_age_median', '', '', median(age) FROM open WHERE kind = 'bug'
UNION ALL SELECT 'bug_time_to_fix_median', '', '', median(seconds(opened_at, fixed_at)) FROM bugs WHERE asked(fixed_at)
UNION ALL SELECT 'bug_rank_disagreement', '', '', count(*) FILTER (agreement < 0) / nullif(count(*) FILTER (agreement <> 0), 0) FROM ranks
UNION ALL SELECT 'bugs_found_in_production_share', '', '', avg(CASE WHEN found_in = 'production' THEN 1.0 ELSE 0.0 END) FROM bugs WHERE asked(opened_at)
UNION ALL SELECT 'tickets_of_bugs', '', '', count(DISTINCT ticket) FROM brought_now WHERE kind = 'bug'
UNION ALL SELECT 'tickets_per_bug_mean', '', '', avg(n) FROM of_bugs
UNION ALL SELECT 'tickets_top_10_bugs_share', '', '', (SELECT sum(n) FROM (SELECT n FROM of_bugs ORDER BY n DESC LIMIT 10)) / sum(n) FROM of_bugs
UNION ALL SELECT 'first_ticket_to_bug_median', '', '', median(seconds(first_at, opened_at)) FROM bugs JOIN first_ticket ON problem = id WHERE asked(opened_at)
UNION ALL SELECT 'problems_open', '', '', count(*) FROM open WHERE kind <> 'bug'
UNION ALL SELECT 'problems_opened', '', '', count(*) FROM others WHERE asked(opened_at)
UNION ALL SELECT 'problems_ended', '', '', count(*) FROM others WHERE asked(ended_at)
UNION ALL SELECT 'problem_time_to_diagnose_median', '', '', median(seconds(opened_at, diagnosed_at)) FROM others WHERE asked(diagnosed_at)
UNION ALL SELECT 'root_cause_found_30d_share', '', '', avg(CASE WHEN diagnosed_at <= opened_at + INTERVAL 720 HOUR THEN 1.0 ELSE 0.0 END)
    FROM others WHERE asked(opened_at + INTERVAL 720 HOUR)
UNION ALL SELECT 'incidents_per_problem_mean', '', '', avg(coalesce(n, 0)) FROM others LEFT JOIN own ON problem = id WHERE asked(ended_at)
UNION ALL SELECT 'repeat_incidents', '', '', count(*) FILTER (opened_at > problem_ended_at) FROM brought_now
-- 90 days before the fix and from it on.
UNION ALL SELECT 'incidents_prevented', '', '', sum(
    (SELECT count(*) FILTER (opened_at < fixed_at AND opened_at >= fixed_at - INTERVAL 2160 HOUR)
          - count(*) FILTER (opened_at >= fixed_at AND opened_at < fixed_at + INTERVAL 2160 HOUR)
     FROM brought WHERE problem = problems.id AND NOT child))
    FROM problems WHERE ended_at = fixed_at AND asked(fixed_at + INTERVAL 2160 HOUR)
UNION ALL SELECT 'incidents_with_known_error_share', '', '', avg(CASE WHEN id IN (
    SELECT ticket FROM brought_now WHERE known_from <= opened_at AND (problem_ended_at IS NULL OR problem_ended_at > opened_at)) THEN 1.0 ELSE 0.0 END)
    FROM tickets WHERE asked(opened_at) AND NOT child
UNION ALL SELECT 'known_errors_open', '', '', count(*) FROM known
UNION ALL SELECT 'known_errors_without_workaround_share', '', '', avg(CASE WHEN around THEN 0.0 ELSE 1.0 END) FROM known
UNION ALL SELECT 'change_stage_approval_median', '', '', median(approval) FROM stages
UNION ALL SELECT 'change_stage_planning_median', '', '', median(planning) FROM stages
UNION ALL SELECT 'change_stage_start_median', '', '', median(waiting) FROM stages
UNION ALL SELECT 'change_stage_work_median', '', '', median(work) FROM stages
UNION ALL SELECT 'change_work_share', '', '', sum(work) / nullif(sum(whole) FILTER (work IS NOT NULL), 0) FROM stages
UNION ALL SELECT 'changes_scheduled', '', '', count(*) FROM change_marks, moment
    WHERE approved_at < "at" AND (coalesce(started_at, ended_at, closed_at) IS NULL OR coalesce(started_at, ended_at, closed_at) >= "at")
UNION ALL SELECT 'changes_at_once_max', '', '', max(n) FROM crowds
UNION ALL SELECT 'changes_started_per_day_max', '', '', max((SELECT count(*) FROM change_marks WHERE started_at >= from_at AND started_at < to_at)) FROM whole_days
UNION ALL SELECT 'firebreak_held_share', '', '', avg(CASE WHEN held_at IS NULL THEN 0.0 ELSE 1.0 END)
    FROM passages WHERE environment = 'production' AND kind = 'normal' AND asked(finished_at)
UNION ALL SELECT 'firebreak_time_median', '', '', median(seconds(held_at, released_at)) FROM passages WHERE asked(released_at)
UNION ALL SELECT 'deployments_held', '', '', count(*) FROM passages, moment WHERE held_at < "at" AND (released_at IS NULL OR released_at >= "at")
UNION ALL SELECT 'shadow_to_switch_median', '', '', median(seconds(shadow_at, switched_at)) FROM passages WHERE asked(switched_at)
UNION ALL SELECT 'hotfix_share', '', '', avg(CASE WHEN kind = 'hotfix' THEN 1.0 ELSE 0.0 END) FROM attempts WHERE asked(finished_at)
UNION ALL SELECT 'stopped_releases_with_ticket_share', '', '', avg(CASE WHEN raised THEN 1.0 ELSE 0.0 END) FROM stops
UNION ALL SELECT 'release_funnel_share', 'environment', environment, avg(CASE WHEN passed THEN 1.0 ELSE 0.0 END) FROM funnel GROUP BY environment
UNION ALL SELECT 'release_first_pass_share', 'environment', environment, avg(CASE WHEN outcome = 'successful' THEN 1.0 WHEN outcome IS NOT NULL THEN 0.0 END)
    FROM firsts WHERE asked(finished_at) GROUP BY environment
UNION ALL SELECT 'release_stage_wait_median', '', '', median(seconds(before_at, reached_at)) FROM waits WHERE asked(reached_at)
UNION ALL SELECT 'release_time_to_production_median', '', '', median(seconds(begun_at, live_at)) FROM releases WHERE asked(live_at)
UNION ALL SELECT 'warranty_incidents_per_deployment', '', '', avg(incidents) FROM suffered
UNION ALL SELECT 'warranty_bugs_per_deployment', '', '', avg(bugs) FROM suffered
UNION ALL SELECT 'surprises_per_deployment', '', '', avg(incidents + CASE WHEN outcome IN ('failed', 'rolled_back') THEN 1 ELSE 0 END) FROM suffered WHERE outcome IS NOT NULL
UNION ALL SELECT 'surprises_per_deployment', 'frequency_band', coalesce(band, ''), avg(incidents + CASE WHEN outcome IN ('failed', 'rolled_back') THEN 1 ELSE 0 END)
    FROM suffered WHERE outcome IS NOT NULL GROUP BY band;

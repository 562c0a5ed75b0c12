WITH attempts AS (SELECT * FROM deployments WHERE production AND kind IS DISTINCT FROM 'rollback'),
-- Hotfixes and rollbacks without a link say by time what they mended: the last attempt before they began, within a day.
named AS (
    SELECT from_id AS id, to_id AS fix FROM links
    WHERE kind = 'fixed_by' AND from_table = 'deployments' AND to_table = 'deployments'
      AND from_id IN (SELECT id FROM deployments) AND to_id IN (SELECT id FROM deployments)
),
mended AS (
    SELECT id FROM named
    UNION
    SELECT last.id FROM (
        SELECT *, least(coalesce(started_at, finished_at), finished_at - INTERVAL 1 MICROSECOND) AS begins FROM deployments
        WHERE production AND kind IN ('hotfix', 'rollback') AND id NOT IN (SELECT fix FROM named)
    ) fix, LATERAL (
        SELECT id, finished_at FROM attempts WHERE attempts.service = fix.service AND attempts.finished_at <= begins
        ORDER BY finished_at DESC LIMIT 1
    ) last
    WHERE begins - last.finished_at < INTERVAL 24 HOUR
),
-- What is declared as a cause: a deployment, or a change, which stands for its last deployment before, else its first.
effects AS (
    SELECT 'incidents' AS kind, id, started_at AS "at", restored_at FROM incidents WHERE started_at IS NOT NULL
    UNION ALL SELECT 'tickets', id, opened_at, NULL FROM tickets
),
direct AS (
    SELECT effects.kind, effects.id AS effect, to_id AS deployment FROM effects
    JOIN links ON links.kind = 'caused_by' AND from_table = effects.kind AND from_id = effects.id AND to_table = 'deployments'
    WHERE to_id IN (SELECT id FROM deployments)
),
by_change AS (
    SELECT effects.kind, effects.id AS effect, effects."at", to_id AS change FROM effects
    JOIN links ON links.kind = 'caused_by' AND from_table = effects.kind AND from_id = effects.id AND to_table = 'changes'
    UNION SELECT 'incidents', id, started_at, change FROM incidents WHERE change IS NOT NULL AND started_at IS NOT NULL
    UNION SELECT 'tickets', id, opened_at, caused_by FROM tickets WHERE caused_by IS NOT NULL
),
through AS (
    SELECT kind, effect, stands.id AS deployment FROM by_change, LATERAL (
        SELECT id FROM attempts WHERE attempts.change = by_change.change
        ORDER BY finished_at <= by_change."at" DESC, CASE WHEN finished_at <= by_change."at" THEN -epoch_us(finished_at) ELSE epoch_us(finished_at) END
        LIMIT 1
    ) stands
    WHERE NOT EXISTS (SELECT 1 FROM direct JOIN attempts ON attempts.id = direct.deployment
                      WHERE direct.kind = by_change.kind AND direct.effect = by_change.effect AND attempts.change = by_change.change)
),
causes AS (SELECT kind, effect, deployment FROM direct UNION SELECT kind, effect, deployment FROM through),
judged AS (
    SELECT *, CASE WHEN outcome IN ('failed', 'rolled_back') OR id IN (SELECT id FROM mended) OR id IN (SELECT deployment FROM causes) THEN true
                   WHEN outcome IS NOT NULL THEN false END AS failed
    FROM deployments WHERE production
),
recovered AS (
    SELECT judged.*, CASE
        WHEN EXISTS (SELECT 1 FROM causes WHERE kind = 'incidents' AND deployment = judged.id) THEN
            (SELECT CASE WHEN count(*) = count(i.restored_at) THEN max(i.restored_at) END
             FROM causes JOIN incidents i ON i.id = effect WHERE kind = 'incidents' AND deployment = judged.id)
        ELSE (SELECT min(next.finished_at) FROM deployments next WHERE next.production AND coalesce(next.outcome, 'successful') = 'successful'
              AND next.service = judged.service AND next.finished_at > judged.finished_at) END AS back_at
    FROM judged WHERE failed AND kind IS DISTINCT FROM 'rollback'
),
live AS (SELECT * FROM attempts WHERE coalesce(outcome, 'successful') = 'successful'),
-- From the local day of the first deployment into production to the last one that is over at as-of.
counted_days AS (
    SELECT count(*) AS n FROM (
        SELECT unnest(generate_series(CAST(min(finished_at) AT TIME ZONE 'Europe/Brussels' AS DATE)::TIMESTAMP,
                                      CAST(getvariable('as_of') AT TIME ZONE 'Europe/Brussels' AS DATE)::TIMESTAMP - INTERVAL 1 DAY, INTERVAL 1 DAY)) AS day
        FROM deployments WHERE production
    ) WHERE day AT TIME ZONE 'Europe/Brussels' >= getvariable('from_at') AND day AT TIME ZONE 'Europe/Brussels' < getvariable('to_at')
)
SELECT 'deployment_frequency' AS metric, '' AS dimension, '' AS slice, (SELECT count(*) FROM live WHERE asked(finished_at) AND day_is_over(finished_at)) / n AS value FROM counted_days
UNION ALL SELECT 'deployment_days_share', '', '',
    (SELECT count(DISTINCT CAST(finished_at AT TIME ZONE 'Europe/Brussels' AS DATE)) FROM live WHERE asked(finished_at) AND day_is_over(finished_at)) / n FROM counted_days
UNION ALL SELECT 'deployment_lead_time_median', '', '', median(seconds(committed_at, finished_at)) FROM live WHERE asked(finished_at)
UNION ALL SELECT 'deployment_lead_time_p90', '', '', quantile_cont(seconds(committed_at, finished_at), 0.9) FROM live WHERE asked(finished_at)
UNION ALL SELECT 'deployment_lead_time_median', 'service', service, median(seconds(committed_at, finished_at)) FROM live WHERE asked(finished_at) GROUP BY service
UNION ALL SELECT 'deployment_batch_size_median', '', '', median(commits) FROM live WHERE asked(finished_at)
UNION ALL SELECT 'deployment_change_fail_rate', '', '', avg(CASE WHEN failed THEN 1.0 WHEN NOT failed THEN 0.0 END)
    FROM judged WHERE asked(finished_at) AND kind IS DISTINCT FROM 'rollback'
UNION ALL SELECT 'deployment_rework_rate', '', '', avg(CASE WHEN kind IN ('hotfix', 'rollback') THEN 1.0 WHEN kind IS NOT NULL THEN 0.0 END)
    FROM judged WHERE asked(finished_at)
UNION ALL SELECT 'deployment_automated_share', '', '', avg(CASE WHEN automated THEN 1.0 WHEN NOT automated THEN 0.0 END) FROM judged WHERE asked(finished_at)
UNION ALL SELECT 'failed_deployment_recovery_time_median', '', '', median(seconds(finished_at, back_at)) FROM recovered WHERE asked(back_at)
UNION ALL SELECT 'incidents_per_deployment', '', '',
    (SELECT count(DISTINCT (effect, deployment)) FROM causes JOIN judged ON judged.id = deployment WHERE causes.kind = 'incidents' AND judged.kind IS DISTINCT FROM 'rollback' AND asked(finished_at))
    / (SELECT count(*) FROM judged WHERE kind IS DISTINCT FROM 'rollback' AND asked(finished_at))
UNION ALL SELECT 'separation_of_duties_breaches', '', '', count(*) FILTER (list_contains(string_split(lower(author), ';'), lower(deployer)))
    FROM judged WHERE asked(finished_at) AND author IS NOT NULL AND deployer IS NOT NULL;

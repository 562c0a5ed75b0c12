WITH blamed AS (
    SELECT change AS id FROM incidents WHERE change IS NOT NULL
    UNION SELECT caused_by FROM tickets WHERE caused_by IS NOT NULL
    UNION SELECT to_id FROM links WHERE kind = 'caused_by' AND from_table IN ('incidents', 'tickets') AND to_table = 'changes'
),
closed AS (
    SELECT *, id IN (SELECT id FROM blamed) AS caused FROM changes
    WHERE outcome IS NOT NULL AND outcome <> 'Cancelled' AND asked(ended_at)
),
near AS (
    SELECT a.service AS one, b.service AS other FROM services a, services b
    WHERE a.service = b.service OR list_contains(a.needs, b.service) OR list_contains(b.needs, a.service)
),
windows AS (SELECT * FROM changes WHERE ended_at > started_at),
clashing AS (
    SELECT DISTINCT a.id FROM windows a JOIN near ON one = a.service JOIN windows b ON b.service = other
    WHERE a.id <> b.id AND a.started_at < b.ended_at AND b.started_at < a.ended_at
),
begun AS (SELECT * FROM changes WHERE asked(started_at))
SELECT 'changes_closed' AS metric, '' AS dimension, '' AS slice, CAST(count(*) AS DOUBLE) AS value FROM closed
UNION ALL SELECT 'change_success_rate', '', '', avg(CASE WHEN outcome IN ('Successful', 'Successful with issues') THEN 1.0 ELSE 0.0 END) FROM closed
UNION ALL SELECT 'change_failure_rate', '', '', avg(CASE WHEN caused OR outcome IN ('Failed', 'Backed out') THEN 1.0 ELSE 0.0 END) FROM closed
UNION ALL SELECT 'change_caused_incidents', '', '', count(*) FILTER (caused) FROM closed
UNION ALL SELECT 'backed_out_share', '', '', avg(CASE WHEN outcome = 'Backed out' THEN 1.0 ELSE 0.0 END) FROM closed
UNION ALL SELECT 'emergency_change_share', '', '', avg(CASE WHEN type = 'Emergency' THEN 1.0 WHEN type IS NOT NULL THEN 0.0 END) FROM closed
UNION ALL SELECT 'standard_change_share', '', '', avg(CASE WHEN type = 'Standard' THEN 1.0 WHEN type IS NOT NULL THEN 0.0 END) FROM closed
UNION ALL SELECT 'change_lead_time_median', '', '', median(seconds(requested_at, ended_at)) FROM closed
UNION ALL SELECT 'change_on_time_share', '', '',
    avg(CASE WHEN started_at >= planned_from AND ended_at <= planned_to THEN 1.0 WHEN started_at IS NOT NULL AND planned_from IS NOT NULL AND planned_to IS NOT NULL THEN 0.0 END) FROM closed
UNION ALL SELECT 'unauthorised_changes', '', '',
    sum(CASE WHEN approved_at > started_at OR (approved_at IS NULL AND coalesce(type, '') <> 'Standard') THEN 1 ELSE 0 END) FROM begun
UNION ALL SELECT 'change_collisions', '', '', count(*) FILTER (id IN (SELECT id FROM clashing)) FROM begun
UNION ALL SELECT 'change_approval_wait_median', '', '', median(seconds(requested_at, approved_at)) FROM closed
UNION ALL SELECT 'retrospective_change_share', '', '', avg(CASE WHEN requested_at > coalesce(started_at, ended_at) THEN 1.0 ELSE 0.0 END) FROM closed
-- Incidents that name no cause, within a day after the end of a change on their service.
UNION ALL SELECT 'change_caused_incidents_inferred', '', '', count(*) FILTER (NOT caused AND EXISTS (
    SELECT 1 FROM incidents i WHERE i.service = closed.service AND i.started_at >= closed.ended_at
      AND i.started_at - closed.ended_at < INTERVAL 24 HOUR AND i.change IS NULL
      AND i.id NOT IN (SELECT from_id FROM links WHERE kind = 'caused_by' AND from_table = 'incidents' AND to_table IN ('changes', 'deployments')))) FROM closed;

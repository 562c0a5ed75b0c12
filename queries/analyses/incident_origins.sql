-- Every incident with what is declared to have caused it, and what nearness in time suggests; newest first.
SELECT id, service, started_at, caused_by_change, caused_by_change_inferred, change_before, deployment_before
FROM fact_incident_origins
ORDER BY started_at DESC

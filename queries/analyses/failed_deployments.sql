-- Every failed deployment into production: why it counts as failed, what mended it, and how long that took; newest first.
SELECT id, service, version, kind, outcome, finished_at, incidents, fixed_by, recovered_at, recovery_s
FROM fact_deployments
WHERE production AND failed
ORDER BY finished_at DESC

-- Every failure of every service with its cause, longest first.
SELECT service, started_at, ended_at, duration_s, weight, cause, cause_supplier, change, incident
FROM fact_failures
ORDER BY duration_s DESC

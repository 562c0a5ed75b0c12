-- The tickets that have been open the longest.
SELECT id, priority, service, team, tier, opened_at, observed_s / 86400 AS age_d, hops
FROM fact_tickets
WHERE "open"
ORDER BY observed_s DESC
LIMIT 50

-- The patches that are due and missing on each system, without a valid exception or after it ran out; longest due first.
SELECT asset, service, patch, severity, due_at, excepted_until, reason
FROM fact_patches
WHERE applied_at IS NULL AND in_time = FALSE
ORDER BY due_at, asset, patch

SELECT 'incidents' AS metric, '' AS dimension, '' AS slice, CAST(count(*) AS DOUBLE) AS value FROM incidents WHERE asked(started_at)
UNION ALL SELECT 'incidents', 'service', service, count(*) FROM incidents WHERE asked(started_at) GROUP BY service
UNION ALL SELECT 'time_to_restore_median', '', '', median(seconds(started_at, restored_at)) FROM incidents WHERE asked(restored_at)
UNION ALL SELECT 'time_to_restore_p90', '', '', quantile_cont(seconds(started_at, restored_at), 0.9) FROM incidents WHERE asked(restored_at)
UNION ALL SELECT 'time_to_detect_median', '', '', median(seconds(started_at, detected_at)) FROM incidents WHERE asked(detected_at)
UNION ALL SELECT 'time_to_acknowledge_median', '', '', median(seconds(detected_at, acknowledged_at)) FROM incidents WHERE asked(acknowledged_at)
UNION ALL SELECT 'time_to_mitigate_median', '', '', median(seconds(started_at, mitigated_at)) FROM incidents WHERE asked(mitigated_at)
UNION ALL SELECT 'incidents_detected_by_monitoring', '', '',
    avg(CASE WHEN detected_by = 'monitoring' THEN 1.0 WHEN detected_by IS NOT NULL THEN 0.0 END) FROM incidents WHERE asked(started_at);

-- Records that could not be taken, with the reasons, newest ingestion first.
SELECT "file", "row", "table", reasons, raw
FROM ledger_rejects
ORDER BY _ingested_at DESC, "file", "row"

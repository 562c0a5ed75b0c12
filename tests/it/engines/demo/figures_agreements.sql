WITH moment AS (SELECT least(getvariable('to_at'), getvariable('as_of') + INTERVAL 1 MICROSECOND) AS "at"),
asked AS (SELECT * FROM judged WHERE asked(last_at)),
-- The step of a ladder that was reached decides: of those missed the one with the largest share.
owed AS (
    SELECT kind, party, service, valid_from, from_at, coalesce(max(fee * share) FILTER (actual < target), 0) AS credit
    FROM asked WHERE over AND kind = 'contract' GROUP BY ALL
),
-- In series the commitments of the contracts that hold then multiply.
holding AS (
    SELECT service, party, max(target) AS target FROM promised, moment
    WHERE kind = 'contract' AND valid_from < "at" AND valid_to >= "at" AND coalesce(calendar, '') = '' GROUP BY ALL
),
carried AS (
    SELECT p.id, p.service, p.party, p.target, product(h.target) AS committed FROM promised p, moment
    JOIN needed n ON n.service = p.service JOIN holding h ON h.service = n.needs
    WHERE kind = 'sla' AND valid_from < "at" AND valid_to >= "at" GROUP BY ALL
)
SELECT 'contract_attainment' AS metric, 'metric' AS dimension, 'availability' AS slice, avg(CASE WHEN actual >= target THEN 1.0 ELSE 0.0 END) AS value
    FROM asked WHERE over AND commitment AND kind = 'contract'
UNION ALL SELECT 'customer_promise_attainment', 'metric', 'availability', avg(CASE WHEN actual >= target THEN 1.0 ELSE 0.0 END)
    FROM asked WHERE over AND commitment AND kind = 'sla'
UNION ALL SELECT 'agreement_breaches', 'metric', 'availability', count(*) FILTER (actual < target) FROM asked WHERE over AND commitment
UNION ALL SELECT 'service_credits_due', 'metric', 'availability', sum(credit) FROM owed
UNION ALL SELECT 'contract_budget_consumed', 'metric', 'availability',
    sum(lost_s) / sum((1 - target) * agreed_s * (epoch_us(to_at) - epoch_us(greatest(from_at, valid_from)))
        / (epoch_us(least(to_at, getvariable('as_of') + INTERVAL 1 MICROSECOND)) - epoch_us(greatest(from_at, valid_from))))
    FROM asked WHERE commitment AND kind = 'contract'
UNION ALL SELECT 'promises_misaligned', '', '', count(*) FILTER (committed < target) FROM carried
UNION ALL SELECT 'promises_misaligned', 'service', service, count(*) FILTER (committed < target) FROM carried GROUP BY service
UNION ALL SELECT 'promises_carried_share', '', '', avg(CASE WHEN committed >= target THEN 1.0 ELSE 0.0 END) FROM carried;

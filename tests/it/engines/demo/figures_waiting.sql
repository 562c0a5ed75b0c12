-- Time on hold, net working time, first resolutions, and tickets that are still open as censored.
WITH events AS (
    SELECT id, updated_at AS "at", edit, state FROM audit WHERE id IS NOT NULL AND updated_at <= getvariable('as_of')
    QUALIFY row_number() OVER (PARTITION BY id, updated_at, edit ORDER BY place DESC) = 1
),
-- A state lasts until the next event, and no ticket waits after it ended.
holds AS (
    SELECT states.id, states.state, greatest("at", opened_at) AS started_at, least(until, coalesce(tickets.ended_at, getvariable('as_of'))) AS ended_at
    FROM (SELECT *, coalesce(lead("at") OVER (PARTITION BY id ORDER BY "at", edit), getvariable('as_of')) AS until FROM events) states
    JOIN tickets ON tickets.id = states.id
    WHERE states.state IN ('On Hold', 'Awaiting User Info', 'Awaiting Vendor', 'Awaiting Problem', 'Awaiting Evidence', 'Awaiting Change')
),
waited AS (
    SELECT id, sum(seconds(started_at, ended_at)) AS waited_s,
           sum(CASE WHEN state = 'Awaiting User Info' THEN seconds(started_at, ended_at) ELSE 0 END) AS user_s,
           sum(CASE WHEN state = 'Awaiting Vendor' THEN seconds(started_at, ended_at) ELSE 0 END) AS supplier_s
    FROM holds WHERE ended_at > started_at GROUP BY id
),
worked AS (
    SELECT tickets.id, sum(epoch_us(least(o.ended_at, resolved_at)) - epoch_us(greatest(o.started_at, opened_at))) / 1e6 AS worked_s
    FROM tickets JOIN office o ON o.started_at < resolved_at AND o.ended_at > opened_at GROUP BY tickets.id
),
rested AS (
    SELECT holds.id, sum(epoch_us(least(o.ended_at, holds.ended_at)) - epoch_us(greatest(o.started_at, holds.started_at))) / 1e6 AS rested_s
    FROM holds JOIN office o ON o.started_at < holds.ended_at AND o.ended_at > holds.started_at
    WHERE holds.ended_at > holds.started_at GROUP BY holds.id
),
-- What stood resolved counts neither as work nor as waiting.
paused AS (
    SELECT stood.id, sum(epoch_us(least(o.ended_at, stood.ended_at, coalesce(tickets.resolved_at, getvariable('as_of')))) - epoch_us(greatest(o.started_at, stood.started_at))) / 1e6 AS paused_s
    FROM stood JOIN tickets USING (id) JOIN office o ON o.started_at < stood.ended_at AND o.ended_at > stood.started_at
    WHERE o.started_at < coalesce(tickets.resolved_at, getvariable('as_of')) GROUP BY stood.id
),
whole AS (
    SELECT tickets.*, seconds(opened_at, coalesce(ended_at, getvariable('as_of'))) AS observed_s, coalesce(waited_s, 0) AS waited_s,
           coalesce(user_s, 0) AS user_s, coalesce(supplier_s, 0) AS supplier_s, coalesce(worked_s, 0) - coalesce(rested_s, 0) - coalesce(paused_s, 0) AS net_s
    FROM tickets LEFT JOIN waited USING (id) LEFT JOIN worked USING (id) LEFT JOIN rested USING (id) LEFT JOIN paused USING (id) WHERE NOT child
),
-- The tool's yes about a ticket that isn't done says nothing yet: then the target of its priority decides, in working time.
unfinished AS (
    SELECT whole.id, (SELECT sum(epoch_us(least(o.ended_at, getvariable('as_of'))) - epoch_us(greatest(o.started_at, opened_at))) / 1e6
                FROM office o WHERE o.started_at < getvariable('as_of') AND o.ended_at > opened_at) - coalesce(rested_s, 0) - coalesce(paused_s, 0) AS so_far_s,
           CASE left(priority, 1) WHEN '1' THEN 4 WHEN '2' THEN 8 WHEN '3' THEN 30 WHEN '4' THEN 60 END * 3600 AS target_s
    FROM whole LEFT JOIN rested USING (id) LEFT JOIN paused USING (id) WHERE ended_at IS NULL
),
first_done AS (
    SELECT whole.id, opened_at, least(min("at"), any_value(resolved_at)) AS done_at FROM whole JOIN events ON events.id = whole.id
    WHERE events.state IN ('Resolved', 'Closed') AND (resolved_at IS NOT NULL OR reopens > 0) GROUP BY whole.id, opened_at
),
moment AS (SELECT least(getvariable('to_at'), getvariable('as_of')) AS "at"),
-- Kaplan-Meier over the tickets that were opened in the period.
watched AS (SELECT observed_s, resolved_at IS NOT NULL AS done FROM whole WHERE asked(opened_at)),
ends AS (
    SELECT observed_s AS t, count(*) FILTER (done) AS events, (SELECT count(*) FROM watched w WHERE w.observed_s >= watched.observed_s) AS risk
    FROM watched GROUP BY observed_s
),
curve AS (
    SELECT t, CASE WHEN bool_or(events = risk) OVER run THEN 0.0
                   ELSE exp(sum(ln(CASE WHEN events < risk THEN 1 - events / risk ELSE 1 END)) OVER run) END AS s
    FROM ends WHERE events > 0 WINDOW run AS (ORDER BY t)
),
areas AS (
    SELECT s * (least(lead(t, 1, 2592000) OVER (ORDER BY t), 2592000) - t) AS area FROM (SELECT 0.0 AS t, 1.0 AS s UNION ALL SELECT t, s FROM curve)
    WHERE t < 2592000
)
SELECT 'sla_attainment' AS metric, '' AS dimension, '' AS slice,
    avg(CASE WHEN NOT in_time THEN 0.0 WHEN so_far_s > target_s THEN 0.0 WHEN unfinished.id IS NULL AND in_time THEN 1.0 END) AS value
    FROM whole LEFT JOIN unfinished ON unfinished.id = whole.id WHERE asked(opened_at)
UNION ALL SELECT 'wait_share' AS metric, '' AS dimension, '' AS slice, sum(waited_s) / sum(observed_s) AS value FROM whole WHERE asked(ended_at)
UNION ALL SELECT 'wait_share_user', '', '', sum(user_s) / sum(observed_s) FROM whole WHERE asked(ended_at)
UNION ALL SELECT 'wait_share_supplier', '', '', sum(supplier_s) / sum(observed_s) FROM whole WHERE asked(ended_at)
UNION ALL SELECT 'net_time_to_resolve_mean', '', '', avg(net_s) FROM whole WHERE asked(resolved_at)
UNION ALL SELECT 'net_time_to_resolve_median', '', '', median(net_s) FROM whole WHERE asked(resolved_at)
UNION ALL SELECT 'time_to_first_resolve_median', '', '', median(seconds(opened_at, done_at)) FROM first_done WHERE asked(done_at)
UNION ALL SELECT 'time_to_first_resolve_mean', '', '', avg(seconds(opened_at, done_at)) FROM first_done WHERE asked(done_at)
UNION ALL SELECT 'ticket_backlog_age_median', '', '', median(seconds(opened_at, "at")) FROM whole, moment
    WHERE opened_at < "at" AND (ended_at IS NULL OR ended_at >= "at")
    AND NOT EXISTS (SELECT 1 FROM stood WHERE stood.id = whole.id AND stood.started_at < "at" AND stood.ended_at >= "at")
UNION ALL SELECT 'time_to_resolve_km_median', '', '', min(t) FROM curve WHERE s <= 0.5 + 1e-12
UNION ALL SELECT 'time_to_resolve_km_p90', '', '', min(t) FROM curve WHERE s <= 0.1 + 1e-12
-- Unknown where the longest observation is of an open ticket and shorter than the 30 days.
UNION ALL SELECT 'time_to_resolve_restricted_mean', '', '', CASE
    WHEN (SELECT max(observed_s) >= 2592000 OR bool_and(done) FILTER (observed_s = longest)
          FROM watched, (SELECT max(observed_s) AS longest FROM watched)) THEN sum(area) END FROM areas;

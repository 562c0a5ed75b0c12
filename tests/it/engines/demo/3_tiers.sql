-- How tickets lay with teams, and what the desk wrote down about them.

CREATE OR REPLACE TABLE desk_log AS
SELECT nullif(number, '?') AS id, wall(sys_updated_at) AS "at", CAST(sys_mod_count AS BIGINT) AS edit, nullif(assignment_group, '?') AS team,
       nullif(assigned_to, '?') AS assignee, incident_state AS state, category, u_symptom AS symptom, contact_type AS channel,
       TRY_CAST(left(impact, 1) AS BIGINT) AS impact, TRY_CAST(left(urgency, 1) AS BIGINT) AS urgency, TRY_CAST(left(priority, 1) AS BIGINT) AS rank,
       TRY_CAST(knowledge AS BOOLEAN) AS knowledge, nullif(closed_code, '?') AS code, nullif(cmdb_ci, '?') AS service, place
FROM sheet('incident_audit.csv') WHERE nullif(number, '?') IS NOT NULL;

-- Each ticket as it stands, with what the table of tickets leaves out.
CREATE OR REPLACE TABLE desk_tickets AS
SELECT tickets.*, d.category, d.symptom, d.channel, d.impact, d.urgency, d.rank, d.knowledge, d.code
FROM tickets JOIN (
    SELECT * FROM desk_log QUALIFY row_number() OVER (PARTITION BY id ORDER BY "at" DESC NULLS LAST, edit DESC, place DESC) = 1
) d ON d.id = tickets.id;

CREATE OR REPLACE TABLE desk_events AS
SELECT * FROM desk_log WHERE "at" <= getvariable('as_of')
QUALIFY row_number() OVER (PARTITION BY id, "at", edit ORDER BY place DESC) = 1;

-- A stay begins where the team changes, and ends with the next one, or with the ticket.
CREATE OR REPLACE TABLE stays AS
WITH named AS (
    SELECT id, "at", edit, team, lag(team) OVER (PARTITION BY id ORDER BY "at", edit) AS before FROM desk_events WHERE team IS NOT NULL
), arrivals AS (
    SELECT id, "at" AS from_at, team, lead("at") OVER way AS next_at, row_number() OVER way AS position
    FROM named WHERE before IS NULL OR before <> team WINDOW way AS (PARTITION BY id ORDER BY "at", edit)
)
SELECT a.id, position, a.team, tiers.tier, from_at, least(coalesce(next_at, getvariable('as_of')), coalesce(t.ended_at, getvariable('as_of'))) AS until_at,
       next_at <= coalesce(t.ended_at, getvariable('as_of')) AS goes_on, t.ended_at IS NOT NULL AS done, t.child,
       EXISTS (SELECT 1 FROM arrivals e WHERE e.id = a.id AND e.position < a.position AND e.team = a.team) AS bounce
FROM arrivals a JOIN tickets t ON t.id = a.id LEFT JOIN tiers ON tiers.team = a.team
WHERE from_at <= coalesce(t.ended_at, getvariable('as_of'));

CREATE OR REPLACE TABLE desk_waits AS
SELECT w.id, w.state, w."at" AS started_at, least(until, coalesce(t.ended_at, getvariable('as_of'))) AS ended_at
FROM (SELECT id, "at", state, coalesce(lead("at") OVER (PARTITION BY id ORDER BY "at", edit), getvariable('as_of')) AS until FROM desk_events) w
JOIN tickets t ON t.id = w.id
WHERE w.state LIKE 'Awaiting%' AND least(until, coalesce(t.ended_at, getvariable('as_of'))) > w."at";

CREATE OR REPLACE TABLE split_stays AS
WITH touched AS (
    SELECT s.id, s.position, min(e."at") AS touched_at FROM stays s JOIN desk_events e ON e.id = s.id AND e.team = s.team AND e.assignee IS NOT NULL
    AND e."at" >= s.from_at AND e."at" <= s.until_at GROUP BY ALL
), waited AS (
    SELECT s.id, s.position, sum(seconds(greatest(w.started_at, from_at), least(w.ended_at, until_at))) AS waited_s,
           sum(CASE WHEN w.state = 'Awaiting User Info' THEN seconds(greatest(w.started_at, from_at), least(w.ended_at, until_at)) END) AS user_s
    FROM stays s JOIN desk_waits w ON w.id = s.id AND w.started_at < until_at AND w.ended_at > from_at GROUP BY ALL
), rested AS (
    SELECT s.id, s.position, sum(seconds(greatest(d.started_at, from_at), least(d.ended_at, until_at))) AS stood_s
    FROM stays s JOIN stood d ON d.id = s.id AND d.started_at < until_at AND d.ended_at > from_at GROUP BY ALL
)
SELECT stays.*, CASE WHEN goes_on OR done THEN until_at END AS to_at, seconds(from_at, until_at) AS held_s,
       seconds(from_at, coalesce(touched_at, until_at)) AS queue_s, coalesce(waited_s, 0) AS waited_s, coalesce(user_s, 0) AS user_s,
       coalesce(stood_s, 0) AS stood_s, seconds(from_at, touched_at) AS accept_s
FROM stays LEFT JOIN touched USING (id, position) LEFT JOIN waited USING (id, position) LEFT JOIN rested USING (id, position);

-- Stretches in which a ticket was open with a team: its stays without the time in which it stood resolved.
CREATE OR REPLACE TABLE team_stretches AS
WITH starts AS (
    SELECT id, position, from_at AS started_at FROM split_stays
    UNION SELECT s.id, s.position, d.ended_at FROM split_stays s JOIN stood d ON d.id = s.id AND d.ended_at > from_at AND d.ended_at < until_at
)
SELECT s.id, s.team, s.tier, s.child, starts.started_at,
       CASE WHEN d.started_at IS NOT NULL AND d.started_at <= coalesce(to_at, d.started_at) THEN d.started_at ELSE to_at END AS ended_at
FROM starts JOIN split_stays s ON s.id = starts.id AND s.position = starts.position
LEFT JOIN stood d ON d.id = s.id AND d.started_at = (SELECT min(started_at) FROM stood n WHERE n.id = s.id AND n.started_at >= starts.started_at)
WHERE NOT EXISTS (SELECT 1 FROM stood i WHERE i.id = s.id AND i.started_at <= starts.started_at AND i.ended_at > starts.started_at);

-- Problems and bugs with the tickets that they brought, changes with the moments that were written down, and deployments with
-- the environments that they went to.

CREATE OR REPLACE TABLE problems AS
SELECT *, CASE WHEN fixed_at >= opened_at THEN fixed_at WHEN closed_at >= opened_at THEN closed_at END AS ended_at,
       CASE WHEN kind = 'known_error' THEN opened_at
            WHEN kind = 'problem' AND diagnosed_at IS NOT NULL THEN greatest(diagnosed_at, opened_at) END AS known_from
FROM (
    SELECT id, kind, service, found_by, found_in, TRY_CAST(severity AS BIGINT) AS severity, TRY_CAST(priority AS BIGINT) AS priority,
           instant(opened_at) AS opened_at, by_now(instant(diagnosed_at)) AS diagnosed_at, by_now(instant(workaround_at)) AS workaround_at,
           by_now(instant(fixed_at)) AS fixed_at, by_now(instant(closed_at)) AS closed_at
    FROM sheet('problems.csv') WHERE id <> '' AND instant(opened_at) <= getvariable('as_of')
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY place DESC) = 1
);

-- What a ticket says of itself, and what links say from either end. No incident of the demo is linked to a problem.
CREATE OR REPLACE TABLE brought AS
WITH said AS (
    SELECT id AS ticket, problem FROM (
        SELECT nullif(number, '?') AS id, nullif(problem_id, '?') AS problem, wall(sys_updated_at) AS updated_at,
               CAST(sys_mod_count AS BIGINT) AS edit, place FROM sheet('incident_audit.csv')
    ) WHERE id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY updated_at DESC NULLS LAST, edit DESC, place DESC) = 1
),
pairs AS (
    SELECT ticket, problem FROM said WHERE problem IS NOT NULL
    UNION SELECT from_id, to_id FROM links WHERE from_table = 'tickets' AND to_table = 'problems' AND kind IN ('caused_by', 'fixed_by', 'relates_to')
    UNION SELECT to_id, from_id FROM links WHERE from_table = 'problems' AND to_table = 'tickets' AND kind IN ('caused_by', 'fixed_by', 'relates_to')
)
SELECT problems.id AS problem, problems.kind, problems.severity, problems.opened_at AS problem_opened_at, problems.known_from,
       problems.ended_at AS problem_ended_at, tickets.id AS ticket, tickets.opened_at, tickets.child
FROM pairs JOIN problems ON problems.id = problem JOIN tickets ON tickets.id = ticket;

CREATE OR REPLACE TABLE change_marks AS
SELECT "Issue key" AS id, "Resolution" AS outcome, by_now(instant("Created")) AS requested_at,
       by_now(instant("Custom field (Approved)")) AS approved_at, instant("Custom field (Planned start)") AS planned_at,
       by_now(instant("Custom field (Actual start)")) AS started_at, by_now(instant("Custom field (Actual end)")) AS ended_at,
       by_now(CASE WHEN "Status" = 'Closed' THEN instant("Updated") END) AS closed_at
FROM sheet('changes.csv') WHERE "Issue key" <> ''
QUALIFY row_number() OVER (PARTITION BY "Issue key" ORDER BY instant("Updated") DESC NULLS LAST, place DESC) = 1;

CREATE OR REPLACE TABLE passages AS
SELECT id, service, environment, coalesce(release, version) AS release, kind,
       CASE WHEN outcome IN ('successful', 'failed', 'rolled_back') THEN outcome END AS outcome,
       by_now(instant(finished_at)) AS finished_at, least(coalesce(by_now(instant(started_at)), instant(finished_at)), instant(finished_at)) AS begun_at,
       by_now(instant(held_at)) AS held_at, by_now(instant(released_at)) AS released_at,
       by_now(instant(shadow_at)) AS shadow_at, by_now(instant(switched_at)) AS switched_at,
       list_position(['dev', 'test', 'acceptance', 'production'], environment) AS position
FROM sheet('deployments.csv')
WHERE id <> '' AND service <> '' AND environment <> '' AND instant(finished_at) <= getvariable('as_of')
QUALIFY row_number() OVER (PARTITION BY id ORDER BY place DESC) = 1;

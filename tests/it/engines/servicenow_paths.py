"""Paths and states of an incident audit log, second by second: reads {file, as_of, first_line} as JSON from stdin, prints figures as
JSON. Times are without a zone and taken as UTC; what is missing is `?`."""

import collections
import csv
import datetime
import gzip
import json
import sys

task = json.load(sys.stdin)
EPOCH = datetime.datetime(1970, 1, 1)


def seconds(text):
    if text == "?":
        return None
    day, time = text.split(" ")
    d, m, y = map(int, day.split("/"))
    h, minute = map(int, time.split(":"))
    return int((datetime.datetime(y, m, d, h, minute) - EPOCH).total_seconds())


def known(text):
    return None if text in ("?", "-100", "") else text


tickets = collections.defaultdict(list)
with gzip.open(task["file"], "rt", newline="") as lines:
    for place, row in enumerate(csv.DictReader(lines)):
        at = seconds(row["sys_updated_at"])
        tickets[row["number"]].append((at, int(row["sys_mod_count"]), place, row))

states, teams = collections.Counter(), collections.Counter()
resolved = escalation_free = judged = steps = bounces = 0
for rows in tickets.values():
    rows.sort(key=lambda entry: entry[:3])
    now = rows[-1][3]
    opened = seconds(now["opened_at"])
    is_resolved = seconds(now["resolved_at"]) is not None
    ended = seconds(now["resolved_at"]) if is_resolved else seconds(now["closed_at"])
    until = max(opened, task["as_of"] if ended is None else ended)
    # What stood in the ticket from each step to the next, and before the first.
    state = team = None
    at = opened
    path = []
    for moment, _, _, row in rows + [(until, None, None, None)]:
        here = min(max(moment, opened), until)
        if here > at:
            states[state] += here - at
            teams[team] += here - at
            at = here
        if row is not None:
            state = known(row["incident_state"]) or state
            if known(row["assignment_group"]):
                team = row["assignment_group"]
                if not path or path[-1] != team:
                    path.append(team)
    if until > at:
        states[state] += until - at
        teams[team] += until - at
    steps += max(len(path) - 1, 0)
    bounces += sum(1 for place, name in enumerate(path) if name in path[:place])
    resolved += is_resolved
    if is_resolved and path:
        judged += 1
        tiers = [1 if name in task["first_line"] else 2 for name in path]
        escalation_free += all(b <= a for a, b in zip(tiers, tiers[1:]))

json.dump(
    {
        "states": {name or "": total for name, total in states.items()},
        "teams": {name or "": total for name, total in teams.items()},
        "steps": steps,
        "bounces": bounces,
        "judged": judged,
        "escalation_free": escalation_free / judged,
    },
    sys.stdout,
)

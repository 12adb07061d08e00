"""Run by `odoo shell` for bench_saving_sessions: times saves in interleaved pairs, each rolled back."""

import gc
import json
import time
from datetime import datetime, timedelta

PAIRS = 7
EVENTS = 1000

provider = env["res.users"].search([("login", "=", "dana")])
client = env["res.users"].search([("login", "=", "alex")]).partner_id
both = provider.partner_id | client
cases = {
    "the session alone": ("create", provider.partner_id),
    "one client each": ("create", both),
    "imported, one client each": ("load", both),
    "moved, archived, restored and deleted": ("edit", both),
}
COLUMNS = ["name", "start", "stop", "user_id/.id", "partner_ids/.id", "telehealth"]


def load(events, values):
    """Import the events as Odoo's import does, from text."""
    rows = [
        [row["name"], str(row["start"]), str(row["stop"]), str(provider.id), people, str(row.get("telehealth", False))]
        for row in values
        for people in [",".join(map(str, row["partner_ids"][0][2]))]
    ]
    result = events.load(COLUMNS, rows)
    assert not result["messages"], result["messages"][:3]


def edit(events):
    """Change all at once, in the ways that Zoom must be told of."""
    events.write({"start": datetime(2031, 1, 6, 8), "stop": datetime(2031, 1, 6, 9)})
    events.action_archive()
    events.action_unarchive()
    events.unlink()


def measured(way, attendees, telehealth, count=EVENTS):
    """Return seconds and queries of one call with `count` events, everything flushed, nothing kept."""
    first = datetime(2030, 1, 7, 8)
    values = [
        {
            "name": "Session",
            "start": first + timedelta(hours=number),
            "stop": first + timedelta(hours=number, minutes=50),
            "user_id": provider.id,
            "partner_ids": [(6, 0, attendees.ids)],
            **({"telehealth": True} if telehealth else {}),
        }
        for number in range(count)
    ]
    quiet = env(user=provider.id, context={"no_mail_to_attendees": True, "dont_notify": True, "tz": "UTC"})
    events = quiet["calendar.event"]
    if way == "edit":
        events = events.create(values)
        quiet.flush_all()
        quiet.invalidate_all()
    gc.collect()
    queries, began = env.cr.sql_log_count, time.perf_counter()
    if way == "create":
        events.create(values)
    elif way == "load":
        load(events, values)
    else:
        edit(events)
    quiet.flush_all()
    took, asked = time.perf_counter() - began, env.cr.sql_log_count - queries
    env.cr.rollback()
    env.transaction.clear()
    return took, asked


report = {}
for case, (way, attendees) in cases.items():
    measured(way, attendees, False), measured(way, attendees, True)  # fills the caches
    seconds = []
    for number in range(PAIRS):
        # Turn about, so that a machine growing slower favours neither.
        first_telehealth = bool(number % 2)
        first_took = measured(way, attendees, first_telehealth)[0]
        second_took = measured(way, attendees, not first_telehealth)[0]
        seconds.append((second_took, first_took) if first_telehealth else (first_took, second_took))
    queries = {size: measured(way, attendees, True, size)[1] for size in (100, EVENTS)}
    report[case] = {"seconds": seconds, "queries": queries}
with open(report_to, "w", encoding="utf-8") as out:
    json.dump(report, out)

"""Run by `odoo shell` for bench_saving_sessions: times creates in interleaved pairs, each rolled back."""

import gc
import json
import time
from datetime import datetime, timedelta

PAIRS = 7
EVENTS = 1000

provider = env["res.users"].search([("login", "=", "dana")])
client = env["res.users"].search([("login", "=", "alex")]).partner_id
cases = {"the session alone": provider.partner_id, "one client each": provider.partner_id | client}


def create(attendees, telehealth, count=EVENTS):
    """Return seconds and queries of one create of `count` events, everything flushed, nothing kept."""
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
    gc.collect()
    queries, began = env.cr.sql_log_count, time.perf_counter()
    quiet["calendar.event"].create(values)
    quiet.flush_all()
    took, asked = time.perf_counter() - began, env.cr.sql_log_count - queries
    env.cr.rollback()
    env.transaction.clear()
    return took, asked


report = {}
for case, attendees in cases.items():
    create(attendees, False), create(attendees, True)  # fills the caches
    seconds = []
    for number in range(PAIRS):
        # Turn about, so that a machine growing slower favours neither.
        first_telehealth = bool(number % 2)
        first_took = create(attendees, first_telehealth)[0]
        second_took = create(attendees, not first_telehealth)[0]
        seconds.append((second_took, first_took) if first_telehealth else (first_took, second_took))
    queries = {size: create(attendees, True, size)[1] for size in (100, EVENTS)}
    report[case] = {"seconds": seconds, "queries": queries}
with open(report_to, "w", encoding="utf-8") as out:
    json.dump(report, out)

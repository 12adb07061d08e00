"""Run by `odoo shell` before each start of the demo: moves its telehealth events to today.

The event `demo_event_soon` starts in five minutes; every other one keeps its distance in days from "today" and its time
of day. The day they were last placed for is kept in a system parameter. A session that was held stays as it was, so the
event `demo_event_soon` is booked anew where the last one was.
"""

import os
from datetime import date, datetime, timedelta

addon = os.environ["TELEHEALTH_ADDON"]
placed_key = f"{addon}.demo_placed_for"
today = datetime.utcnow().date()  # as Odoo stores times
parameters = env["ir.config_parameter"].sudo()
placed_for = date.fromisoformat(parameters.get_param(placed_key) or today.isoformat())
quiet = env["calendar.event"].with_context(no_mail_to_attendees=True, dont_notify=True, tracking_disable=True)

soon = env.ref(f"{addon}.demo_event_soon", raise_if_not_found=False)
if "telehealth" in quiet._fields:
    demo_events = env["ir.model.data"].sudo().search([("module", "=", addon), ("model", "=", "calendar.event")])
    events = quiet.browse(demo_events.mapped("res_id")).exists().filtered("telehealth")
    shift = today - placed_for
    for event in events - (soon or quiet):
        if shift:
            event.write({"start": event.start + shift, "stop": event.stop + shift})
    if soon and soon.exists():
        start = datetime.utcnow().replace(second=0, microsecond=0) + timedelta(minutes=5)
        times = {"start": start, "stop": start + (soon.stop - soon.start)}
        if soon.telehealth_session_ids.state == "scheduled":
            soon.with_env(quiet.env).write(times)
        else:
            data = demo_events.filtered(lambda entry: entry.res_id == soon.id)
            data.res_id = soon.with_env(quiet.env).copy(times).id
    quiet._gc_join_links()  # the template was made under another address
parameters.set_param(placed_key, today.isoformat())
env.cr.commit()

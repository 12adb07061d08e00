"""Run by `odoo shell` before each start of the demo: moves its telehealth events to today.

The event `demo_event_soon` starts in five minutes; every other one keeps its distance in days from "today" and its time
of day. The day they were last placed for is kept in a system parameter.
"""

import os
from datetime import date, datetime, timedelta

PLACED_FOR = "zoom_telehealth.demo_placed_for"

addon = os.environ["TELEHEALTH_ADDON"]
today = datetime.utcnow().date()  # as Odoo stores times
parameters = env["ir.config_parameter"].sudo()
placed_for = date.fromisoformat(parameters.get_param(PLACED_FOR) or today.isoformat())
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
        soon.with_env(quiet.env).write({"start": start, "stop": start + (soon.stop - soon.start)})
parameters.set_param(PLACED_FOR, today.isoformat())
env.cr.commit()

"""Run by `odoo shell` before each start of the demo: moves its telehealth events to today.

The event `demo_event_soon` starts in five minutes; every other one keeps its distance in days from "today" and its time
of day. The day they were last placed for is kept in a system parameter. What was held, cancelled, deleted or handed
over stays as it was, so `demo_event_soon` is booked anew where it was one of these.
"""

import os
from datetime import date, datetime, timedelta

addon = os.environ["TELEHEALTH_ADDON"]
placed_key = f"{addon}.demo_placed_for"
today = datetime.utcnow().date()  # as Odoo stores times
parameters = env["ir.config_parameter"].sudo()
placed_for = date.fromisoformat(parameters.get_param(placed_key) or today.isoformat())
quiet = env["calendar.event"].with_context(no_mail_to_attendees=True, dont_notify=True, tracking_disable=True)
SOON, LENGTH = timedelta(minutes=5), timedelta(minutes=50)


def demo(name):
    """Return a record of the demo practice."""
    return env.ref(f"{addon}.demo_{name}")


def book_soon(times):
    """Book the demo's next session as its data did at first."""
    people = demo("partner_alex") | demo("partner_dana")
    who = {"user_id": demo("user_dana").id, "partner_ids": people.ids}
    what = {"name": "Telehealth session", "telehealth": True, "telehealth_service_id": demo("service_individual").id}
    event = quiet.create({**times, **who, **what})
    env["ir.model.data"]._update_xmlids(
        [{"xml_id": f"{addon}.demo_event_soon", "record": event.with_env(env), "noupdate": True}]
    )


if "telehealth" in quiet._fields:
    soon = env.ref(f"{addon}.demo_event_soon", raise_if_not_found=False) or quiet
    demo_events = env["ir.model.data"].sudo().search([("module", "=", addon), ("model", "=", "calendar.event")])
    events = quiet.browse(demo_events.mapped("res_id")).exists().filtered("telehealth")
    shift = today - placed_for
    for event in events - soon:
        if shift:
            event.write({"start": event.start + shift, "stop": event.stop + shift})
    start = datetime.utcnow().replace(second=0, microsecond=0) + SOON
    times = {"start": start, "stop": start + LENGTH}
    if soon.telehealth_session_ids.state == "scheduled" and soon.user_id == demo("user_dana"):
        soon.with_env(quiet.env).write(times)
    else:
        book_soon(times)
    quiet._gc_join_links()  # the template was made under another address
parameters.set_param(placed_key, today.isoformat())
env.cr.commit()

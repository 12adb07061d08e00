"""Run by `odoo shell` for test_demo_times: the demo is started again three days later, and again on that day.

Finds `env`, and `report_to`, the path of the file for what it saw.
"""

import json
import os
from datetime import date, datetime, timedelta
from pathlib import Path

from odoo.modules.module import get_module_path

addon = os.environ["TELEHEALTH_ADDON"]
moving = Path(get_module_path(addon)).parent / "dev" / "in_odoo" / "move_demo_times.py"
key = f"{addon}.demo_placed_for"
SOON = f"{addon}.demo_event_soon"


def start_demo():
    """Do what `make demo` does before it starts Odoo."""
    exec(compile(moving.read_text(), moving.name, "exec"), {"env": env})
    env.invalidate_all()


def placed_for():
    return date.fromisoformat(env["ir.config_parameter"].get_param(key))


def starts():
    """Return when each of the demo's events but the next one starts."""
    names = env["ir.model.data"].search([("module", "=", addon), ("model", "=", "calendar.event")])
    events = env["calendar.event"].with_context(active_test=False).browse(names.mapped("res_id"))
    return {event.id: event.start for event in events - env.ref(SOON)}


def seen():
    """Return how the next session stands, and in how many minutes it begins."""
    event = env.ref(SOON)
    session = event.telehealth_session_ids
    minutes = (session.start - datetime.utcnow()).total_seconds() / 60
    return {"event": event.id, "state": session.state, "minutes": minutes, "who": session.display_name}


start_demo()
report = {"first": seen()}
before = starts()
env["ir.config_parameter"].set_param(key, (placed_for() - timedelta(days=3)).isoformat())
asked_for = placed_for()
env.ref(SOON).telehealth_session_ids.write({"state": "ended"})
start_demo()
report["days"] = (placed_for() - asked_for).days
report["moved"] = sorted({(start - before[event]).days for event, start in starts().items() if event in before})
report["held"] = seen()
env.ref(SOON).action_archive()
start_demo()
report["cancelled"] = seen()
env.ref(SOON).unlink()
start_demo()
report["deleted"] = seen()
start_demo()
report["again"] = seen()
Path(report_to).write_text(json.dumps(report))

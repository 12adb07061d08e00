"""Run by `odoo shell`: loads the addon's demo practice without the demo data of every other module."""

import ast
import os
from datetime import datetime

from odoo.modules.module import get_module_path
from odoo.tools import convert_file

addon = os.environ["TELEHEALTH_ADDON"]
folder = get_module_path(addon)
with open(os.path.join(folder, "__manifest__.py"), encoding="utf-8") as manifest:
    files = ast.literal_eval(manifest.read()).get("demo", [])
quiet = env(context={"no_mail_to_attendees": True, "mail_create_nosubscribe": True, "mail_notify_force_send": False})
for file in files:
    if os.path.exists(os.path.join(folder, file)):
        convert_file(quiet, addon, file, {}, mode="init", noupdate=True)
# The template may be days old when it is cloned: move_demo_times reckons from this day.
env["ir.config_parameter"].set_param(f"{addon}.demo_placed_for", datetime.utcnow().date().isoformat())
env.cr.commit()

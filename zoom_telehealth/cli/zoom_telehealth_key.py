"""`odoo-bin zoom_telehealth_key`: changes the master key now, and says when the earlier one can go."""

import sys

import odoo.cli
from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tools import config

LOST = "--begin-anew-after-loss"


class ZoomTelehealthKey(odoo.cli.Command):
    """Wrap the data keys of a database by the first master key in odoo.conf (or the environment)."""

    name = "zoom_telehealth_key"

    def run(self, args):
        """Do it for the database given with ``-d``; ends with status 1 where something is left to do."""
        begin_anew = LOST in args
        config.parse_config([argument for argument in args if argument != LOST], setup_logging=True)
        names = config["db_name"]
        if len(names) != 1:
            sys.exit("Name one database: zoom_telehealth_key -c odoo.conf -d <database>")
        with Registry(names[0]).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            if "zoom.data.key" not in env:
                sys.exit("The addon zoom_telehealth is not installed in this database.")
            try:
                good = _begin_anew(env) if begin_anew else _rotate(env)
            except UserError as refusal:
                sys.exit(str(refusal))
        if not good:
            sys.exit(1)


def _rotate(env):
    rotation = env["zoom.data.key"]._rewrap()
    _say(f"Master key {rotation.fingerprint} now protects this database; {rotation.wrapped} data key(s) wrapped anew.")
    if rotation.lost and env["zoom.data.key"]._is_lost():
        _say(
            f"None of the master keys opens the data key(s) {', '.join(rotation.lost)}: put the earlier key back behind"
        )
        _say(f"the new one, after a comma. If it is lost for good, run this command again with {LOST}.")
        return False
    if rotation.lost:
        _say(f"Given up earlier, as its master key was lost: data key(s) {', '.join(rotation.lost)}.")
    for fingerprint in rotation.can_go:
        _say(f"Master key {fingerprint} can be taken out of odoo.conf now. Keep it as long as backups from its time.")
    return True


def _begin_anew(env):
    counts = env["zoom.data.key"]._begin_anew()
    _say("A new data key encrypts from now on. What the lost key protected is given up:")
    _say(f"- {counts['connections']} connection(s): each provider connects again")
    _say(f"- {counts['apps']} Zoom app(s): a telehealth manager enters client secret and secret token again")
    _say(f"- {counts['meetings']} meeting(s): they stay at Zoom and get a new passcode after that")
    _say("Typed titles cannot be read; they come back should the key be found and put behind the new one.")
    return True


def _say(text):
    sys.stdout.write(text + "\n")

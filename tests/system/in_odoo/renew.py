"""Run by `odoo shell` beside a running Odoo: threads that all need one connection's access token at the same moment.

Finds `env`, and by its caller: `folder` (a path), `zoom_user` (whose connection), `threads` (how many). Says "ready" by
a file there, begins when there is a file "go", and leaves a file of JSON with what each thread got.
"""

import hashlib
import json
import os
import threading
import time
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.addons.zoom_telehealth.zoom.transport import new_session

registry, place = env.registry, Path(folder)
connection_id = env["zoom.connection"].search([]).filtered(lambda one: one.zoom_email == zoom_user).id
env.cr.rollback()
all_there, got = threading.Barrier(threads + 1), []


def need_token():
    """Get the token on a cursor of one's own, as a worker's request does, and use it."""
    with registry.cursor() as cr:
        connection = api.Environment(cr, SUPERUSER_ID, {})["zoom.connection"].browse(connection_id)
        api_url = connection.api_url
        cr.commit()
        all_there.wait()
        while not (place / "go").exists():
            time.sleep(0.01)
        try:
            token = connection.env["zoom.connection.token"]._access_token(connection)
            with new_session() as session:
                user = connection._client(session, token).me()
            got.append({"token": hashlib.sha256(token.encode()).hexdigest(), "user": user.email, "api": api_url})
        except Exception as error:  # told, or the test would wait for a thread that is gone
            got.append({"error": repr(error)})


workers = [threading.Thread(target=need_token) for _number in range(threads)]
for worker in workers:
    worker.start()
all_there.wait()
(place / f"ready-{os.getpid()}").touch()
for worker in workers:
    worker.join()
(place / f"got-{os.getpid()}.json").write_text(json.dumps(got))

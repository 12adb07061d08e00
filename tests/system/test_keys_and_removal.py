"""What the server's administrator does: change the master key by its command, and uninstall the addon."""

from __future__ import annotations

import base64
import secrets
from datetime import timedelta

import pytest

from dev import odoo_conf, paths
from dev.rpc import RpcError
from dev.trial_stack import TrialStack
from tests.system.patience import eventually
from tests.system.practice import DANA, Practice, connected_practice
from tests.system.zoom_side import ZoomSide

# Odoo looks for the commands of addons in the addons path that is given before them.
COMMAND = (f"--addons-path={paths.ROOT}", "zoom_telehealth_key")
READ_TOKENS = """
for row in env["zoom.connection.token"].sudo().search([]):
    print("token read:", len(row.sudo().access_token) > 20)
"""


@pytest.fixture
def practice(fresh_stack: TrialStack) -> Practice:
    """A fresh practice where Dana is connected and her demo sessions have their meetings."""
    return connected_practice(fresh_stack, "dana")


def wrapped_by(stack: TrialStack) -> set[str]:
    """Return the fingerprints of the master keys that wrap the data keys."""
    return {fingerprint for (fingerprint,) in stack.sql("SELECT wrapped_by FROM zoom_data_key")}


def removed(stack: TrialStack, module: int) -> bool:
    """Uninstall a module, unless Odoo refuses since a scheduled action is at work."""
    try:
        stack.rpc("admin", "ir.module.module", "button_immediate_uninstall", [[module]])
    except RpcError as refusal:
        if "scheduled action" not in refusal.message:
            raise
        return False
    return True


def uninstall(stack: TrialStack) -> None:
    [[module]] = stack.sql("SELECT id FROM ir_module_module WHERE name = 'zoom_telehealth'")
    eventually(lambda: removed(stack, module), "no scheduled action is at work, so that the addon can be uninstalled")
    assert stack.sql("SELECT state FROM ir_module_module WHERE name = 'zoom_telehealth'") == [("uninstalled",)]


def test_the_command_changes_the_master_key_at_once(practice: Practice) -> None:
    stack = practice.stack
    old, new = odoo_conf.master_key(), base64.b64encode(secrets.token_bytes(32)).decode()
    before = wrapped_by(stack)

    refused = stack.run_odoo(*COMMAND, zoom_telehealth_key=new)
    assert refused.returncode == 1, refused.stdout
    assert "put the earlier key back" in refused.stdout
    assert wrapped_by(stack) == before

    done = stack.run_odoo(*COMMAND, zoom_telehealth_key=f"{new},{old}")
    assert done.returncode == 0, done.stderr
    assert "can be taken out of odoo.conf now" in done.stdout
    assert not wrapped_by(stack) & before
    said = done.stdout + done.stderr + refused.stdout + refused.stderr
    assert new not in said
    assert old not in said

    alone = stack.run_odoo("shell", stdin=READ_TOKENS, zoom_telehealth_key=new)
    assert "token read: True" in alone.stdout, alone.stderr


def test_after_a_lost_key_the_command_says_what_must_be_connected_again(practice: Practice) -> None:
    stack = practice.stack
    new = base64.b64encode(secrets.token_bytes(32)).decode()
    done = stack.run_odoo(*COMMAND, "--begin-anew-after-loss", zoom_telehealth_key=new)
    assert done.returncode == 0, done.stderr
    assert "1 connection(s)" in done.stdout
    assert stack.sql("SELECT state, reason FROM zoom_connection") == [("reconnect_needed", "key_lost")]
    again = stack.run_odoo(*COMMAND, "--begin-anew-after-loss", zoom_telehealth_key=new)
    assert again.returncode == 1
    assert "Nothing is lost" in again.stderr
    assert stack.run_odoo(*COMMAND, zoom_telehealth_key=new).returncode == 0


def test_uninstalling_removes_coming_meetings_and_revokes_the_grants(practice: Practice) -> None:
    stack, zoom = practice.stack, ZoomSide(practice.stack)
    practice.book_many([practice.moment() + timedelta(hours=hour) for hour in range(3)])
    practice.settle()
    assert len(zoom.live(DANA)) >= 3
    zoom.forget_calls()
    uninstall(stack)
    assert zoom.live(DANA) == []
    assert [call["answer"]["status"] for call in zoom.calls("POST", "/oauth/revoke")] == [200]
    assert stack.sql("SELECT to_regclass('zoom_connection_token')") == [(None,)]


def test_what_uninstalling_could_not_do_is_told(practice: Practice) -> None:
    stack, zoom = practice.stack, ZoomSide(practice.stack)
    zoom.fault("status", "/v2/**", times=None, status=503)
    uninstall(stack)
    [[body]] = stack.sql("SELECT body FROM mail_message WHERE subject LIKE 'Zoom Telehealth was uninstalled%'")
    assert "coming meetings stay on the Zoom account of Dana Reyes" in body
    assert "Uninstalling zoom_telehealth:" in stack.odoo_log.read_text()

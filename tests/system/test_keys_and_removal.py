"""What the server's administrator does: change the master key by its command, and uninstall the addon."""

from __future__ import annotations

import base64
import secrets
import subprocess
from pathlib import Path

import pytest

from dev.trial_stack import TrialStack
from tests.system.practice import DANA, Practice
from tests.system.zoom_side import ZoomSide

OPTION = "zoom_telehealth_key"


@pytest.fixture
def practice(fresh_stack: TrialStack) -> Practice:
    """A fresh practice where Dana is connected and her demo sessions have their meetings."""
    practice = Practice(fresh_stack)
    practice.connect("dana")
    practice.settle()
    return practice


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def key_in(conf: Path) -> str:
    """Return the master keys that a configuration names."""
    [line] = [line for line in conf.read_text().splitlines() if line.startswith(OPTION)]
    return line.split("=", 1)[1].strip()


def set_key(conf: Path, keys: str) -> None:
    lines = [f"{OPTION} = {keys}" if line.startswith(OPTION) else line for line in conf.read_text().splitlines()]
    conf.write_text("\n".join(lines) + "\n")


def run_odoo(stack: TrialStack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of Odoo's beside the running server, with the configuration that it has now."""
    command = [*stack.odoo_command(), *arguments, "-c", str(stack.odoo_conf), "-d", stack.database]
    return subprocess.run(  # noqa: S603
        command, env=stack.odoo_environment(), capture_output=True, text=True, timeout=120, check=False
    )


def wrapped_by(stack: TrialStack) -> set[str]:
    return {fingerprint for (fingerprint,) in stack.sql("SELECT wrapped_by FROM zoom_data_key")}


def test_the_command_changes_the_master_key_at_once(practice: Practice) -> None:
    stack, zoom = practice.stack, ZoomSide(practice.stack)
    old, new = key_in(stack.odoo_conf), new_key()
    before = wrapped_by(stack)

    set_key(stack.odoo_conf, new)
    refused = run_odoo(stack, "zoom_telehealth_key")
    assert refused.returncode == 1, refused.stdout
    assert "put the earlier key back" in refused.stdout
    assert wrapped_by(stack) == before

    set_key(stack.odoo_conf, f"{new},{old}")
    stack.restart_odoo()
    done = run_odoo(stack, "zoom_telehealth_key")
    assert done.returncode == 0, done.stderr
    assert "can be taken out of odoo.conf now" in done.stdout
    assert not wrapped_by(stack) & before
    assert new not in done.stdout + done.stderr
    assert old not in done.stdout + done.stderr

    set_key(stack.odoo_conf, new)
    stack.restart_odoo()
    session = practice.book()
    practice.settle()
    assert practice.status(session) == "ready"
    assert len(zoom.live(DANA)) >= 4
    assert practice.stack.sql("SELECT state FROM zoom_connection") == [("connected",)]


def test_uninstalling_leaves_nothing_at_zoom(practice: Practice) -> None:
    stack, zoom = practice.stack, ZoomSide(practice.stack)
    coming = [one for one in zoom.live(DANA) if one["status"] != "started"]
    assert coming
    [[module]] = stack.sql("SELECT id FROM ir_module_module WHERE name = 'zoom_telehealth'")
    stack.rpc("admin", "ir.module.module", "button_immediate_uninstall", [[module]])

    assert stack.sql("SELECT state FROM ir_module_module WHERE name = 'zoom_telehealth'") == [("uninstalled",)]
    assert [call["answer"]["status"] for call in zoom.calls("POST", "/oauth/revoke")] == [200]
    assert len(zoom.calls("DELETE")) >= len([one for one in coming if one["id"] not in {m["id"] for m in zoom.live()}])
    assert stack.sql("SELECT to_regclass('zoom_connection_token')") == [(None,)]


def test_what_uninstalling_could_not_do_is_told(practice: Practice) -> None:
    stack, zoom = practice.stack, ZoomSide(practice.stack)
    zoom.fault("status", "/v2/**", times=None, status=503)
    [[module]] = stack.sql("SELECT id FROM ir_module_module WHERE name = 'zoom_telehealth'")
    stack.rpc("admin", "ir.module.module", "button_immediate_uninstall", [[module]])

    [[body]] = stack.sql("SELECT body FROM mail_message WHERE subject LIKE 'Zoom Telehealth was uninstalled%'")
    assert "coming meetings stay on the Zoom account of Dana Reyes" in body
    assert "Uninstalling zoom_telehealth:" in stack.odoo_log.read_text()

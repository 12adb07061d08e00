"""Holds webhook bodies against Zoom's own OpenAPI document of webhooks (`webhooks.json` in ZOOM_OPENAPI_DIR)."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.contract.zoom_openapi import VARIABLE, NotConforming, openapi_folder

_FORMATS = FormatChecker(formats=("date-time",))


@_FORMATS.checks("email")
def _is_email(value: object) -> bool:
    """Empty is allowed: the document says so itself, of guests (`email` of meeting.participant_joined)."""
    return not isinstance(value, str) or value == "" or "@" in value


def require_webhooks_document() -> None:
    """Skip the calling test, with a sentence, where Zoom's document is absent."""
    folder = openapi_folder()
    if folder is None or not (folder / "webhooks.json").is_file():
        pytest.skip(f"{VARIABLE} names no folder with Zoom's OpenAPI documents: the contract is not checked.")


def assert_event_conforms(body: dict[str, Any]) -> None:
    """Raise NotConforming unless Zoom's document allows this request body."""
    event = body.get("event")
    if event not in _webhooks():
        raise NotConforming(f"Zoom's document knows no event {event}.")
    validator = Draft202012Validator(_schema(str(event)), format_checker=_FORMATS)
    found = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]
    if found:
        raise NotConforming(f"{event}: {'; '.join(found)}")


def documented_events() -> list[str]:
    """The names of all events in Zoom's document."""
    return sorted(_webhooks())


def sample_of(event: str) -> dict[str, Any]:
    """The document's own example of an event's body."""
    examples = _request_body(event)["content"]["application/json"]["examples"]
    sample: dict[str, Any] = json.loads(next(iter(examples.values()))["value"])
    return sample


def scopes_of_event(event: str) -> set[str]:
    """The granular scopes of which one lets an app be told."""
    described = re.search(r"Granular Scopes\]\([^)]*\):\*\* (.*)", _request_body(event).get("description", ""))
    return set(re.findall(r"`([^`]+)`", described[1])) if described else set()


@functools.cache
def _schema(event: str) -> dict[str, Any]:
    schema = _closed(_request_body(event)["content"]["application/json"]["schema"])
    payload = schema["properties"]["payload"]["properties"]
    if "old_object" in payload:  # the document's reference leads to `paths`, which it does not have
        payload["old_object"] = payload["object"]
    if event == "app_deauthorized":  # a number in the schema, text in the sample
        payload["event_ts"] = {"type": ["number", "string"]}
    return dict(schema)


def _closed(node: Any) -> Any:
    """Objects of which the document does not say whether they are open take no unknown fields."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(value) for key, value in node.items()}
    if isinstance(closed.get("properties"), dict) and closed.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


def _request_body(event: str) -> dict[str, Any]:
    body: dict[str, Any] = _webhooks()[event]["post"]["requestBody"]
    return body


@functools.cache
def _webhooks() -> dict[str, Any]:
    folder = openapi_folder()
    if folder is None:
        raise NotConforming(f"{VARIABLE} names no folder with Zoom's OpenAPI documents.")
    webhooks: dict[str, Any] = json.loads((folder / "webhooks.json").read_text())["webhooks"]
    return webhooks

"""Zoom's documents against the checks and tables that lean on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.zoom_openapi import (
    NotConforming,
    assert_answer_conforms,
    assert_request_conforms,
    request_schema,
    require_openapi,
    scopes_of,
)
from zoom_simulator.body_check import Choice, Many, Passcode, Rule, Text, Thing, Whole
from zoom_simulator.meeting_fields import CHANGE_BODY, CREATE_BODY, INVITE_LINKS_BODY

LIST = "/users/me/meetings"
MEETING = "/meetings/85746065012"
# Not in Zoom's document as limits, but stated in its text or plain from the calendar.
OWN_LIMITS = {
    "recurrence.monthly_day",
    "recurrence.repeat_interval",
}
# Zoom's document asks for nothing in the body of personal links, where nothing would make no sense.
OWN_DEMANDS = {"attendees of personal links"}
# Zoom's description allows "2,4", its list of values does not (a known quirk of the document).
WIDER_THAN_THE_DOCUMENT = {"recurrence.weekly_days"}


@pytest.fixture(autouse=True)
def _documents() -> None:
    require_openapi()


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("POST", LIST, {}, {"topicc": "x"}),
        ("POST", LIST, {}, {"settings": {"waiting_rom": True}}),
        ("POST", LIST, {}, {"settings": {"waiting_room": "yes"}}),
        ("POST", LIST, {}, {"duration": 1441}),
        ("POST", LIST, {}, {"start_time": "2035-12-01T15:00:00"}),
        ("POST", LIST, {}, None),
        ("PATCH", MEETING, {}, {"default_password": True}),
        ("PATCH", MEETING, {}, None),
        ("GET", LIST, {"kind": "scheduled"}, None),
        ("GET", LIST, {"type": "every"}, None),
        ("GET", LIST, {"page_size": "301"}, None),
        ("GET", LIST, {}, {"type": "scheduled"}),
        ("GET", "/meetings/aDYlohsHRtCd4ii1uC2+hA==", {}, None),
        ("DELETE", MEETING, {"silent": "true"}, None),
        ("GET", "/no/such/path", {}, None),
        ("POST", f"{MEETING}/invite_links", {}, {"attendees": [{}]}),
    ],
)
def test_a_call_that_zoom_does_not_document_is_found_out(
    method: str, path: str, query: dict[str, str], body: Any
) -> None:
    with pytest.raises(NotConforming):
        assert_request_conforms(method, path, query, body)


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("POST", "/v2" + LIST, {}, {"topic": "x", "start_time": "2035-12-01T15:00:00Z"}),
        ("PATCH", MEETING, {}, {"duration": 50, "settings": {"waiting_room": True}}),
        ("GET", LIST, {"type": "upcoming", "page_size": "300"}, None),
        ("DELETE", MEETING, {"schedule_for_reminder": "false"}, None),
        ("GET", "/users/me", {}, None),
    ],
)
def test_a_call_that_zoom_documents_passes(method: str, path: str, query: dict[str, str], body: Any) -> None:
    assert_request_conforms(method, path, query, body)


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", MEETING, 200, {"id": "85746065012"}),
        ("GET", MEETING, 200, {"id": 85746065012, "surprise": 1}),
        ("GET", MEETING, 200, {"settings": {"surprise": 1}}),
        ("GET", MEETING, 200, {"status": "live"}),
        ("GET", MEETING, 200, {"start_time": "2035-12-01 15:00"}),
        ("GET", MEETING, 200, None),
        ("GET", LIST, 200, {"meetings": [{"surprise": 1}]}),
        ("GET", "/users/me", 200, {"id": "x"}),
        ("POST", LIST, 200, {"id": 85746065012}),
        ("POST", LIST, 201, None),
        ("PATCH", MEETING, 204, {}),
        ("PATCH", MEETING, 200, None),
        ("GET", MEETING, 404, {"code": 1001, "message": "x"}),
        ("GET", MEETING, 404, {"message": "x"}),
        ("GET", MEETING, 404, None),
        ("GET", MEETING, 404, {"code": "3001", "message": "x"}),
        ("GET", MEETING, 404, {"code": 3001, "message": "x", "errors": [{"name": "x"}]}),
    ],
)
def test_an_answer_that_zoom_does_not_document_is_found_out(method: str, path: str, status: int, body: Any) -> None:
    with pytest.raises(NotConforming):
        assert_answer_conforms(method, path, status, body)


@pytest.mark.parametrize(
    ("table", "template", "method"),
    [
        (CREATE_BODY, "/users/{userId}/meetings", "post"),
        (CHANGE_BODY, "/meetings/{meetingId}", "patch"),
        (INVITE_LINKS_BODY, "/meetings/{meetingId}/invite_links", "post"),
    ],
)
def test_the_simulators_table_of_fields_is_zooms(table: Thing, template: str, method: str) -> None:
    whole = "attendees of personal links" if table is INVITE_LINKS_BODY else ""
    assert list(_differences(table, request_schema(template, method), whole)) == []


@pytest.mark.parametrize(
    ("document", "template", "method", "scope"),
    [
        ("meetings", "/users/{userId}/meetings", "POST", "meeting:write:meeting"),
        ("meetings", "/users/{userId}/meetings", "GET", "meeting:read:list_meetings"),
        ("meetings", "/meetings/{meetingId}", "GET", "meeting:read:meeting"),
        ("meetings", "/meetings/{meetingId}", "PATCH", "meeting:update:meeting"),
        ("meetings", "/meetings/{meetingId}", "DELETE", "meeting:delete:meeting"),
        ("meetings", "/meetings/{meetingId}/invite_links", "POST", "meeting:write:invite_links"),
        ("meetings", "/past_meetings/{meetingId}", "GET", "meeting:read:past_meeting"),
        ("users", "/users/{userId}", "GET", "user:read:user"),
    ],
)
def test_the_scope_that_the_simulator_asks_for_is_zooms(document: str, template: str, method: str, scope: str) -> None:
    assert scope in scopes_of(template, method, document)


def _differences(rule: Rule, schema: dict[str, Any], field: str) -> Iterator[str]:
    """Every point in which a table and a schema disagree about names, types, limits or values."""
    if isinstance(rule, Thing):
        yield from _differences_of_things(rule, schema, field)
    elif isinstance(rule, Many):
        if rule.most != schema.get("maxItems") or rule.fewest != schema.get("minItems", 0):
            yield f"{field}: other limits than the document"
        yield from _differences(rule.item, schema["items"], f"{field}[]")
    else:
        in_table, documented = _essence_of_rule(rule, field), _essence_of_schema(schema, field)
        if in_table != documented:
            yield f"{field}: {in_table} in the table, {documented} in the document"


def _differences_of_things(rule: Thing, schema: dict[str, Any], field: str) -> Iterator[str]:
    names, documented = set(rule.fields), set(schema.get("properties", {}))
    if names != documented:
        yield f"{field}: table only {names - documented}, document only {documented - names}"
    if field not in OWN_DEMANDS and set(rule.required) != set(schema.get("required", [])):
        yield f"{field}: {rule.required} required in the table, {schema.get('required')} in the document"
    for name in names & documented:
        yield from _differences(rule.fields[name], schema["properties"][name], f"{field}.{name}".lstrip("."))


def _essence_of_rule(rule: Rule, field: str) -> tuple[Any, ...]:
    if isinstance(rule, Choice):
        return ("one of", list(rule.values))
    if isinstance(rule, Whole):
        return ("integer", None if field in OWN_LIMITS else rule.most)
    if isinstance(rule, (Text, Passcode)):
        return ("string", rule.longest)
    return ("boolean",)


def _essence_of_schema(schema: dict[str, Any], field: str) -> tuple[Any, ...]:
    if "enum" in schema and field not in WIDER_THAN_THE_DOCUMENT:
        return ("one of", schema["enum"])
    if schema["type"] == "integer":
        return ("integer", schema.get("maximum"))
    if schema["type"] == "string":
        return ("string", schema.get("maxLength"))
    return (schema["type"],)

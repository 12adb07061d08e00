"""Holds calls and answers against Zoom's own OpenAPI documents (meetings and users).

The folder with `meetings.json` and `users.json` is named by ZOOM_OPENAPI_DIR. What the documents leave open and a
validator therefore lets pass is closed here by hand: a missing body, an empty answer, unknown query parameters, the
shape of errors, and 401, which no document mentions.
"""

from __future__ import annotations

import copy
import functools
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

VARIABLE = "ZOOM_OPENAPI_DIR"
SERVER = "https://api.zoom.us"
METHODS_WITH_BODY = ("POST", "PATCH", "PUT")
# Said by Zoom for any endpoint, though the documents do not repeat it for each (zoom.md, section 3.3)
GENERAL_CODES = {400: {300, 4711}, 401: {124, 4741}, 404: {2300}, 429: {429}}


class NotConforming(AssertionError):
    """A call or an answer that Zoom's documents do not allow."""


def openapi_folder() -> Path | None:
    """The folder with Zoom's documents; None when the variable is unset or names no such folder."""
    named = os.environ.get(VARIABLE)
    folder = Path(named) if named else None
    return folder if folder is not None and (folder / "meetings.json").is_file() else None


def require_openapi() -> None:
    """Skip the calling test, with a sentence, where Zoom's documents are absent."""
    if openapi_folder() is None:
        pytest.skip(f"{VARIABLE} names no folder with Zoom's OpenAPI documents: the contract is not checked.")


def assert_request_conforms(method: str, path: str, query: dict[str, str] | None = None, body: Any = None) -> None:
    """Raise NotConforming unless Zoom's documents allow this call.

    `path` is the path as sent, with or without `/v2`; `body` is the JSON that was sent, None for none.
    """
    document, template = _operation(method, path)
    query = query or {}
    _refuse_unknown_query(document, template, method, query)
    if method in METHODS_WITH_BODY and not isinstance(body, dict):
        raise NotConforming(f"{method} {path} needs a JSON object as its body.")
    if method not in METHODS_WITH_BODY and body is not None:
        raise NotConforming(f"{method} {path} takes no body.")
    try:
        _validator(document).validate_request(_request(method, path, query, body))
    except OpenAPIError as error:
        raise NotConforming(f"{method} {path}: {_reason(error)}") from error


def assert_answer_conforms(method: str, path: str, status: int, body: Any) -> None:
    """Raise NotConforming unless Zoom's documents allow this answer to this call.

    `body` is the parsed JSON of the answer, None for an empty one.
    """
    document, template = _operation(method, path)
    if status >= 400:
        _check_error(document, template, method, status, body)
        return
    described = _documents()[document]["paths"][template][method.lower()]["responses"]
    if str(status) not in described:
        raise NotConforming(f"{method} {template} never answers {status}.")
    if not described[str(status)].get("content"):
        if body is not None:
            raise NotConforming(f"{method} {template} answers {status} without a body.")
        return
    if body is None:
        raise NotConforming(f"{method} {template} answers {status} with a body.")
    try:
        answer = MockResponse(json.dumps(body).encode(), status_code=status, content_type="application/json")
        _validator(document).validate_response(_request(method, path, {}, None), answer)
    except OpenAPIError as error:
        raise NotConforming(f"{method} {template} → {status}: {_reason(error)}") from error


def assert_recorded_call_conforms(call: dict[str, Any]) -> None:
    """Check one entry of the simulator's `GET /control/calls`: the answer always, the call when it was accepted.

    What a fault put in an answer's place is the fault's and is not checked; what the API did behind it is.
    """
    if not call["path"].startswith("/v2/"):
        return
    answer = call["effect"] or (None if call["fault"] in REPLACING_FAULTS else call["answer"])
    if answer is None:
        return
    assert_answer_conforms(call["method"], call["path"], answer["status"], answer["body"])
    if answer["status"] < 400:
        assert_request_conforms(call["method"], call["path"], call["query"], call["body"])


REPLACING_FAULTS = {"status", "html", "empty"}


def request_schema(path_template: str, method: str) -> dict[str, Any]:
    """The schema of a call's JSON body in the meetings document."""
    operation = _documents()["meetings"]["paths"][path_template][method.lower()]
    schema: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]
    return schema


def scopes_of(path_template: str, method: str, document: str = "meetings") -> set[str]:
    """Every scope of which one allows this call."""
    operation = _documents()[document]["paths"][path_template][method.lower()]
    return {scope for choice in operation["security"] for scopes in choice.values() for scope in scopes}


def _check_error(document: str, template: str, method: str, status: int, body: Any) -> None:
    if not isinstance(body, dict) or not {"code", "message"} <= set(body) <= {"code", "message", "errors"}:
        raise NotConforming(f"{method} {template} → {status}: not an error body of Zoom's: {body!r}")
    if not isinstance(body["code"], int) or not isinstance(body["message"], str):
        raise NotConforming(f"{method} {template} → {status}: code is a number, message is text.")
    for entry in body.get("errors", []):
        if set(entry) != {"field", "message"}:
            raise NotConforming(f"{method} {template} → {status}: errors hold field and message.")
    described = _documents()[document]["paths"][template][method.lower()]["responses"].get(str(status), {})
    codes = {int(code) for code in re.findall(r"Error Code:\*\*\s*`(\d+)`", described.get("description", ""))}
    if body["code"] not in codes | GENERAL_CODES.get(status, set()):
        raise NotConforming(f"{method} {template} → {status}: Zoom documents no code {body['code']} here.")


def _refuse_unknown_query(document: str, template: str, method: str, query: dict[str, str]) -> None:
    parameters = _documents()[document]["paths"][template][method.lower()].get("parameters", [])
    known = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
    unknown = sorted(set(query) - known)
    if unknown:
        raise NotConforming(f"{method} {template} knows no query parameter {', '.join(unknown)}.")


def _request(method: str, path: str, query: dict[str, str], body: Any) -> MockRequest:
    return MockRequest(
        SERVER,
        method.lower(),
        "/v2" + _without_version(path),
        args=query,
        data=None if body is None else json.dumps(body).encode(),
        content_type="application/json",
    )


def _operation(method: str, path: str) -> tuple[str, str]:
    """The document and the path template that this call belongs to."""
    plain = _without_version(path)
    for document, content in _documents().items():
        for template, operations in content["paths"].items():
            pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, plain) and method.lower() in operations:
                return document, template
    raise NotConforming(f"Zoom's documents know no {method} {plain}.")


def _without_version(path: str) -> str:
    return path.removeprefix("/v2")


@functools.cache
def _documents() -> dict[str, dict[str, Any]]:
    folder = openapi_folder()
    if folder is None:
        raise NotConforming(f"{VARIABLE} names no folder with Zoom's OpenAPI documents.")
    return {name: _folded(json.loads((folder / f"{name}.json").read_text())) for name in ("meetings", "users")}


@functools.cache
def _validator(document: str) -> OpenAPI:
    """A validator that knows no unknown fields: none of Zoom's documents closes its objects.

    Without the documents' `security`, whose OAuth scheme the validator cannot judge; the simulator checks tokens.
    """
    content = copy.deepcopy(_documents()[document])
    for operations in content["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
    return OpenAPI.from_dict(content, config=Config(additional_properties_default_policy="forbid"))


def _folded(node: Any) -> Any:
    """Every `allOf` folded into one object, or the policy above would forbid each part the other's fields."""
    if isinstance(node, list):
        return [_folded(item) for item in node]
    if not isinstance(node, dict):
        return node
    folded = {key: _folded(value) for key, value in node.items() if key != "allOf"}
    for part in _folded(node.get("allOf", [])):
        folded.setdefault("type", part.get("type", "object"))
        folded.setdefault("properties", {}).update(part.get("properties", {}))
        folded.setdefault("required", []).extend(part.get("required", []))
    if folded.get("required") == []:
        del folded["required"]
    return folded


def _reason(error: OpenAPIError) -> str:
    details = getattr(error.__cause__, "schema_errors", None) or getattr(error, "schema_errors", None)
    if not details:
        return str(error.__cause__ or error)
    return "; ".join(f"{detail.json_path}: {detail.message}" for detail in details)

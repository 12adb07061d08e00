"""Zoom's ways of saying no: REST bodies `{"code", "message"}`, OAuth bodies `{"reason", "error"}`."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from aiohttp import web


@dataclass(frozen=True)
class FieldError:
    """One entry of the `errors` list of a refused body."""

    field: str
    message: str


class ZoomError(Exception):
    """A refused REST call: HTTP status, Zoom's code and text, and the refused fields if any."""

    def __init__(self, status: int, code: int, message: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors


class OAuthError(Exception):
    """A refused call of the token endpoint: HTTP status, `error` and `reason`."""

    def __init__(self, status: int, error: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.error = error
        self.reason = reason


def validation_failed(errors: list[FieldError]) -> ZoomError:
    """400/300 with the refused fields."""
    return ZoomError(400, 300, "Validation Failed.", tuple(errors))


def invalid_parameter(message: str) -> ZoomError:
    """400/300 with a text of its own."""
    return ZoomError(400, 300, message)


def meeting_missing(meeting_id: str) -> ZoomError:
    """404/3001: unknown, deleted, or another user's."""
    return ZoomError(404, 3001, f"Meeting does not exist: {meeting_id}.")


def user_missing(user_id: str) -> ZoomError:
    """404/1001."""
    return ZoomError(404, 1001, f"User does not exist: {user_id}.")


def hosting_not_allowed() -> ZoomError:
    """400/3161."""
    return ZoomError(400, 3161, "Your user account is not allowed meeting hosting and scheduling capabilities.")


def scopes_missing(scope: str) -> ZoomError:
    """400/4711; the text names the scopes of which one would do."""
    admin = scope if scope.endswith(":admin") else f"{scope}:admin"
    names = ", ".join(dict.fromkeys([scope, admin]))
    return ZoomError(400, 4711, f"Invalid access token, does not contain scopes:[{names}].")


def invalid_grant() -> OAuthError:
    """A dead refresh token, in Zoom's words."""
    return OAuthError(400, "invalid_grant", "Invalid Token!")


def invalid_client() -> OAuthError:
    """Wrong app credentials, or none."""
    return OAuthError(400, "invalid_client", "Invalid client_id or client_secret")


def zoom_error_answer(request: web.Request, error: ZoomError) -> web.Response:
    """The error as JSON; as XML for a caller that does not say it wants JSON (zoom.md, section 3)."""
    if _wants_json(request):
        body: dict[str, object] = {"code": error.code, "message": error.message}
        if error.errors:
            body["errors"] = [{"field": item.field, "message": item.message} for item in error.errors]
        return web.json_response(body, status=error.status)
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f"<error><code>{error.code}</code><message>{escape(error.message)}</message></error>"
    )
    return web.Response(text=xml, status=error.status, content_type="application/xml")


def oauth_error_answer(error: OAuthError) -> web.Response:
    """The error as the token endpoint writes it."""
    return web.json_response({"reason": error.reason, "error": error.error}, status=error.status)


def _wants_json(request: web.Request) -> bool:
    accept = request.headers.get("Accept", "*/*")
    if "application/json" in accept:
        return True
    return "*/*" in accept and request.content_type == "application/json"

"""Authorization codes and token sets: issued, exchanged, rotated, killed. Knows no HTTP; the caller saves."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from .errors import OAuthError, invalid_client, invalid_grant
from .state import AuthorizationCode, TokenSet, World, ZoomApp

CODE_SECONDS = 5 * 60
ACCESS_SECONDS = 3600
ANNOUNCED_ACCESS_SECONDS = 3599
REFRESH_SECONDS = 90 * 24 * 3600


def app_by_credentials(world: World, client_id: str, client_secret: str) -> ZoomApp:
    """The app with this id and secret. Raises OAuthError invalid_client."""
    app = world.apps.get(client_id)
    if app is None or not hmac.compare_digest(app.client_secret.encode(), client_secret.encode()):
        raise invalid_client()
    return app


def issue_code(
    world: World, app: ZoomApp, user_id: str, redirect_uri: str, challenge: str, challenge_method: str, now: float
) -> str:
    """What Allow hands out. `challenge` is empty when the app sent none."""
    code = secrets.token_urlsafe(24)
    world.codes[code] = AuthorizationCode(
        code, app.client_id, user_id, redirect_uri, challenge, challenge_method, now + CODE_SECONDS
    )
    return code


def exchange_code(world: World, app: ZoomApp, code: str, redirect_uri: str, verifier: str, now: float) -> TokenSet:
    """A fresh token set for a code; the user's earlier set for this app is dead from here on.

    A code is used up by its first exchange that names its app, whether or not the rest is right. Raises OAuthError.
    """
    granted = world.codes.get(code)
    if granted is None or granted.client_id != app.client_id:
        raise _bad_code()
    del world.codes[code]
    if granted.expires_at <= now:
        raise _bad_code()
    if granted.redirect_uri != redirect_uri:
        raise OAuthError(400, "invalid_request", "Redirect URI mismatch.")
    if not _verifier_fits(granted, verifier):
        raise OAuthError(400, "invalid_request", "Invalid code verifier.")
    earlier = world.token_set(granted.user_id, app.client_id)
    tokens = _new_token_set(granted.user_id, app, now)
    if earlier is not None:
        tokens.authorizations += earlier.authorizations
        revoke(world, earlier)
    world.token_sets.append(tokens)
    return tokens


def refresh(world: World, app: ZoomApp, refresh_token: str, now: float) -> TokenSet:
    """Rotate a set: both tokens are new, both old ones are dead at once. Raises OAuthError invalid_grant."""
    tokens = _by_refresh_token(world, refresh_token)
    if tokens is None or tokens.client_id != app.client_id or tokens.refresh_expires_at <= now:
        raise invalid_grant()
    renewed = _new_token_set(tokens.user_id, app, now)
    tokens.access_token, tokens.access_expires_at = renewed.access_token, renewed.access_expires_at
    tokens.refresh_token, tokens.refresh_expires_at = renewed.refresh_token, renewed.refresh_expires_at
    tokens.scopes = renewed.scopes
    tokens.issued += 1
    return tokens


def revoke(world: World, tokens: TokenSet) -> None:
    """Kill a set for good and remember its access token, which Zoom answers for with 'revoked'."""
    world.token_sets.remove(tokens)
    world.revoked_access_tokens.append(tokens.access_token)


def by_access_token(world: World, access_token: str) -> TokenSet | None:
    """The set whose newest access token this is, expired or not."""
    return next((tokens for tokens in world.token_sets if tokens.access_token == access_token), None)


def _by_refresh_token(world: World, refresh_token: str) -> TokenSet | None:
    if not refresh_token:
        return None
    return next((tokens for tokens in world.token_sets if tokens.refresh_token == refresh_token), None)


def _new_token_set(user_id: str, app: ZoomApp, now: float) -> TokenSet:
    return TokenSet(
        user_id=user_id,
        client_id=app.client_id,
        scopes=list(app.scopes),
        access_token=f"sim.access.{secrets.token_urlsafe(48)}",
        access_expires_at=now + ACCESS_SECONDS,
        refresh_token=f"sim.refresh.{secrets.token_urlsafe(48)}",
        refresh_expires_at=now + REFRESH_SECONDS,
    )


def _verifier_fits(granted: AuthorizationCode, verifier: str) -> bool:
    if not granted.challenge:
        return True
    if granted.challenge_method == "plain":
        return hmac.compare_digest(granted.challenge.encode(), verifier.encode())
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(granted.challenge.encode(), digest)


def _bad_code() -> OAuthError:
    return OAuthError(400, "invalid_grant", "Invalid authorization code")

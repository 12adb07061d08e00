"""The lines of a practice's page: its Zoom app, its server, and what only a person can attest. Pure, as `readiness`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from . import plans
from .readiness import AMBER, CLOCK_AMBER, CLOCK_RED, GREEN, RED, Line

# What a named person attests, with date.
RESPONSIBILITY, PLAN, BAA, HIPAA_MODE, ADMIN_LOCKS = "responsibility", "plan", "baa", "hipaa_mode", "admin_locks"
ATTESTED = (RESPONSIBILITY, PLAN, BAA, HIPAA_MODE, ADMIN_LOCKS)

REMINDED_BEFORE = timedelta(days=30)


@dataclass(frozen=True)
class Attested:
    """What a person attested, the newest of its kind.

    :ivar on: the day; None while it is only asked for
    :ivar by: the person's name
    :ivar until: the day by which it is to be renewed; None for never
    :ivar requested_on: the day on which Zoom was asked for it
    :ivar document: whether the signed paper is here
    """

    on: date | None = None
    by: str = ""
    until: date | None = None
    requested_on: date | None = None
    document: bool = False


@dataclass(frozen=True)
class PracticeFacts:
    """What is known of a practice.

    :ivar app: `none`, `no_secret` or `entered`
    :ivar credentials: `untried`, `accepted` or `refused` by Zoom
    :ivar redirect_uri: the address to which Zoom sends people back
    :ivar reached: somebody came back by it, or Zoom checked this server's webhook
    :ivar webhook: state of the app's events: `off`, `waiting`, `good` or `bad`
    :ivar key: `missing`, `trial`, `weak` or `good`
    :ivar seconds_ahead: of this server's clock against Zoom's; None where Zoom was not asked
    :ivar actions: our scheduled actions that do not run, by name
    :ivar mail: `none`, `failing` or `able`
    :ivar sms: `absent`, `failing` or `able`
    :ivar strays: coming meetings at Zoom that bear the practice's mark, are unknown here, and wait for a decision
    :ivar test: of the end-to-end test: `never`, `passed`, `failed` or `old`
    """

    today: date
    allowed: bool = False
    lowest_plan: str = plans.ANY
    plan: str = ""
    app: str = "none"
    credentials: str = "untried"
    redirect_uri: str = ""
    reached: bool = False
    webhook: str = "off"
    webhook_last: str = ""
    key: str = "missing"
    seconds_ahead: float | None = None
    actions: tuple[str, ...] = ()
    mail: str = "none"
    sms: str = "absent"
    strays: int = 0
    test: str = "never"
    providers: int = 0
    connected: int = 0
    attested: Mapping[str, Attested] = field(default_factory=dict)


def practice_lines(facts: PracticeFacts) -> list[Line]:
    """The lines of a practice's page, in the order in which a practice is set up."""
    return [
        _key(facts),
        _responsibility(facts),
        _plan(facts),
        _baa(facts),
        _attestation(facts, HIPAA_MODE),
        _attestation(facts, ADMIN_LOCKS),
        _allowed(facts),
        _app(facts),
        _redirect(facts),
        _credentials(facts),
        _webhook(facts),
        _providers(facts),
        _clock(facts),
        _actions(facts),
        Line("mail", {"able": GREEN, "failing": AMBER}.get(facts.mail, RED), facts.mail),
        Line("sms", AMBER if facts.sms == "failing" else GREEN, facts.sms),
        Line(
            "strays", AMBER if facts.strays else GREEN, "some" if facts.strays else "none", {"count": str(facts.strays)}
        ),
        Line("test", {"passed": GREEN, "failed": RED}.get(facts.test, AMBER), facts.test),
    ]


def _key(facts: PracticeFacts) -> Line:
    return Line("key", {"good": GREEN, "trial": AMBER}.get(facts.key, RED), facts.key)


def _responsibility(facts: PracticeFacts) -> Line:
    attested = facts.attested.get(RESPONSIBILITY)
    if attested and attested.on:
        return Line(RESPONSIBILITY, GREEN, "acknowledged", _who_and_when(attested))
    return Line(RESPONSIBILITY, RED if facts.allowed else AMBER, "missing")


def _plan(facts: PracticeFacts) -> Line:
    plan, attested = plans.BY_CODE.get(facts.plan), facts.attested.get(PLAN)
    if plan is None or attested is None or attested.on is None:
        return Line(PLAN, RED if facts.lowest_plan == plans.BUSINESS else AMBER, "missing")
    told = {"plan": plan.name, **_who_and_when(attested)}
    if facts.lowest_plan == plans.BUSINESS and not plan.business:
        return Line(PLAN, RED, "below_business", told)
    return Line(PLAN, GREEN, "can_sign", told) if plan.can_sign_baa else Line(PLAN, AMBER, "cannot_sign", told)


def _baa(facts: PracticeFacts) -> Line:
    attested = facts.attested.get(BAA)
    if attested is None or (attested.on is None and attested.requested_on is None):
        return Line(BAA, RED, "missing")
    if attested.on is None:
        return Line(BAA, AMBER, "requested", {"date": str(attested.requested_on)})
    told = {**_who_and_when(attested), "until": str(attested.until or "")}
    if attested.until and attested.until < facts.today:
        return Line(BAA, RED, "expired", told)
    if not attested.document:
        return Line(BAA, AMBER, "no_document", told)
    if attested.until and attested.until - REMINDED_BEFORE <= facts.today:
        return Line(BAA, AMBER, "renew", told)
    return Line(BAA, GREEN, "signed", told)


def _attestation(facts: PracticeFacts, kind: str) -> Line:
    attested = facts.attested.get(kind)
    if attested is None or attested.on is None:
        return Line(kind, AMBER, "missing")
    if attested.until and attested.until < facts.today:
        return Line(kind, AMBER, "expired", _who_and_when(attested))
    return Line(kind, GREEN, "attested", _who_and_when(attested))


def _who_and_when(attested: Attested) -> dict[str, str]:
    return {"by": attested.by, "date": str(attested.on)}


def _allowed(facts: PracticeFacts) -> Line:
    return Line("allowed", GREEN, "allowed") if facts.allowed else Line("allowed", AMBER, "off")


def _app(facts: PracticeFacts) -> Line:
    return Line("app", GREEN if facts.app == "entered" else RED if facts.allowed else AMBER, facts.app)


def _redirect(facts: PracticeFacts) -> Line:
    """Zoom sends people back over https alone; that it was reached once is the best sign that it can be."""
    told = {"address": facts.redirect_uri}
    if not facts.redirect_uri.startswith("https://"):
        return Line("redirect", AMBER if facts.key == "trial" else RED, "not_https", told)
    return Line("redirect", GREEN, "reached", told) if facts.reached else Line("redirect", AMBER, "unproven", told)


def _credentials(facts: PracticeFacts) -> Line:
    level = {"accepted": GREEN, "refused": RED}.get(facts.credentials, AMBER)
    return Line("credentials", level, facts.credentials)


def _webhook(facts: PracticeFacts) -> Line:
    level = {"good": GREEN, "bad": RED}.get(facts.webhook, AMBER)
    return Line("webhook", level, facts.webhook, {"last": facts.webhook_last})


def _providers(facts: PracticeFacts) -> Line:
    told = {"connected": str(facts.connected), "providers": str(facts.providers)}
    if not facts.connected:
        return Line("providers", AMBER, "nobody", told)
    if facts.connected < facts.providers:
        return Line("providers", AMBER, "some", told)
    return Line("providers", GREEN, "all", told)


def _clock(facts: PracticeFacts) -> Line:
    if facts.seconds_ahead is None:
        return Line("clock", AMBER, "unknown")
    off = abs(facts.seconds_ahead)
    told = {"seconds": f"{facts.seconds_ahead:+.0f}"}
    if off < CLOCK_AMBER:
        return Line("clock", GREEN, "right", told)
    return Line("clock", RED if off >= CLOCK_RED else AMBER, "off", told)


def _actions(facts: PracticeFacts) -> Line:
    if facts.actions:
        return Line("actions", RED, "stopped", {"names": ", ".join(facts.actions)})
    return Line("actions", GREEN, "running")

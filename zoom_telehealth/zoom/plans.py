"""Zoom's plans, as far as they matter here: which can sign a BAA, and what may connect.

Source: Zoom's support article KB0067751, "HIPAA Business Associate Agreement (BAA)", read on 2026-11-21: Zoom for
Healthcare is offered as Pro, Business, Business Plus and Enterprise, and BAAs are entered into with customers of other
paid plans too. The free Basic plan is no paid plan. No API tells a plan's name: a person attests it.
"""

from __future__ import annotations

from dataclasses import dataclass

# What Zoom's API calls a user's `type` (OpenAPI document of users).
BASIC, LICENSED, UNASSIGNED, NO_TYPE = 1, 2, 4, 99

BAA_MAIL = "healthcare@zoom.us"
BAA_SUBJECT = "BAA Request — Zoom Business Account"


@dataclass(frozen=True)
class Plan:
    """A plan of Zoom's by its name in Zoom's price list.

    :ivar business: it is Business or more
    """

    code: str
    name: str
    can_sign_baa: bool
    business: bool = False


PLANS = (
    Plan("basic", "Basic (free)", can_sign_baa=False),
    Plan("pro", "Pro", can_sign_baa=True),
    Plan("business", "Business", can_sign_baa=True, business=True),
    Plan("business_plus", "Business Plus", can_sign_baa=True, business=True),
    Plan("enterprise", "Enterprise", can_sign_baa=True, business=True),
    Plan("other_paid", "Another paid plan", can_sign_baa=True),
)
BY_CODE = {plan.code: plan for plan in PLANS}

# The lowest plan with which a practice lets people connect.
ANY, LICENCE, BUSINESS = "any", "licensed", "business"


def may_connect(lowest: str, user_type: int | None, attested: str | None) -> bool:
    """Whether a Zoom user may connect where a practice asks for this lowest plan.

    :param lowest: :data:`ANY`, :data:`LICENCE` or :data:`BUSINESS`
    :param user_type: Zoom's word; None if it told none, which is taken for no licence
    :param attested: code of the plan that a person attested for the practice's account, if any
    """
    if lowest == ANY:
        return True
    if user_type != LICENSED:
        return False
    return lowest == LICENCE or (attested in BY_CODE and BY_CODE[attested or ""].business)

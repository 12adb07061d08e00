"""What a personal join link says of a client: initials, and never a name (R24)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoom.client import LONGEST_INVITE_SECONDS
from zoom.payloads import LONGEST_NAME
from zoom.personal_link import LIFE_SECONDS, shown_names

NAMES = st.text(max_size=300)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Anabel Quintero", "A. Q."),
        ("  anabel\tmaría  quintero ", "A. Q."),
        ("Ludwig van der Berg", "L. B."),
        ("Jean-Luc O'Neil", "J. O."),
        ("Quintero, Anabel", "Q. A."),
        ("Cher", "C."),
        ("“Benno” (Wachter)", "B. W."),
        (unicodedata.normalize("NFD", "Élodie Ångström"), "É. Å."),
        ("علي منصور", "ع. م."),
        ("देवी रमन", "द. र."),
        ("陈 伟", "陈. 伟."),
        ("ana@example.org", "A."),
        ("Anabel 1987", "A."),
        ("", ""),
        ("- 42 🙂", ""),
    ],
)
def test_who_waits_is_known_by_the_initials(name: str, shown: str) -> None:
    assert shown_names([name]) == [shown]


def test_people_with_equal_initials_are_told_apart() -> None:
    family = ["Anna Berg", "Carl Stern", "Alex Berg", "", "Ada Maria Berg", ""]
    assert shown_names(family) == ["A. B. 1", "C. S.", "A. B. 2", "", "A. B. 3", ""]


@given(st.lists(NAMES, max_size=6))
def test_no_word_of_a_name_is_shown_and_zoom_takes_what_is(names: list[str]) -> None:
    """R24."""
    for name, shown in zip(names, shown_names(names), strict=True):
        assert len(shown) <= LONGEST_NAME
        assert max((len(part.strip(".")) for part in shown.split() if not part.isdecimal()), default=0) <= 1
        assert bool(shown) == any(map(str.isalpha, unicodedata.normalize("NFC", name)))


def test_a_link_outlasts_a_session_with_its_wait_and_ends_the_same_day() -> None:
    door_opens_before, session, door_closes_after = 15 * 60, 50 * 60, 15 * 60
    assert door_opens_before + session + door_closes_after <= LIFE_SECONDS <= 3 * 3600 < LONGEST_INVITE_SECONDS

"""How to come in by phone, read out of Zoom's answers, whole, partial and odd."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoom.dial_in import DialIn
from zoom.payloads import MeetingSeen

NEW_YORK = {"city": "New York", "country": "US", "country_name": "US", "number": "+1 1000200200", "type": "toll"}


def answer(numbers: object, passcode: object = "123456") -> dict[str, Any]:
    return {"id": 1, "pstn_password": passcode, "settings": {"global_dial_in_numbers": numbers}}


def test_numbers_and_passcode_are_read_kept_and_not_shown() -> None:
    seen = MeetingSeen.from_answer(answer([NEW_YORK, {"number": "+32 25550100", "country_name": "Belgium"}]))

    assert seen.dial_in == DialIn((("New York, US", "+1 1000200200"), ("Belgium", "+32 25550100")), "123456")
    assert DialIn.from_text(seen.dial_in.as_text()) == seen.dial_in
    assert "123456" not in repr(seen)


@pytest.mark.parametrize(
    "numbers",
    [None, [], "x", {}, [None], [{}], [{"number": 5}], [{"number": "<b>1</b>"}], [{"number": "1" * 60}], [[NEW_YORK]]],
)
def test_without_a_number_that_can_be_called_there_is_none(numbers: object) -> None:
    assert DialIn.from_answer(answer(numbers)) is None
    assert DialIn.from_answer({"id": 1}) is None
    assert DialIn.from_answer({"settings": None}) is None


@pytest.mark.parametrize("passcode", [None, "", 5, "12 34", "abc", "1" * 21])
def test_a_passcode_that_no_phone_can_type_is_left_out(passcode: object) -> None:
    told = DialIn.from_answer(answer([NEW_YORK], passcode))

    assert told is not None
    assert told.passcode == ""


def test_no_more_than_a_few_numbers_are_kept() -> None:
    told = DialIn.from_answer(answer([NEW_YORK] * 90))

    assert told is not None
    assert len(told.numbers) == 6


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_whatever_zoom_sends_is_read_or_left_out(numbers: object) -> None:
    DialIn.from_answer(answer(numbers, numbers))

"""Odoo's web client, driven as an employee uses it: by what stands on the buttons, menus and fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

READY = "The Zoom meeting is ready."
BLANK = "about:blank"


class BackOffice:
    """One employee's browser window.

    :ivar clicks: how often a button, menu, tab or box was pressed here
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, target: Locator) -> None:
        """Press something, and count it."""
        target.click()
        self.clicks += 1

    # === GETTING SOMEWHERE === #

    def open_preferences(self) -> None:
        """Go to the Telehealth tab of one's own preferences by the menu at one's picture."""
        if self.page.url == BLANK:
            self.open_app("/odoo")
        self.click(self.page.locator(".o_user_menu button"))
        self.click(self.page.get_by_role("menuitem", name="My Preferences"))
        self.click(self.page.get_by_role("tab", name="Telehealth"))

    def connect_zoom(self) -> Page:
        """Press Connect on the preferences and return the tab that opens: Zoom's own page."""
        self.click(self.page.get_by_role("button", name=re.compile("^(Connect|Reconnect) Zoom$")))
        return self.continue_to_zoom()

    def continue_to_zoom(self) -> Page:
        """Go on from the dialog that says what Zoom will ask, and return Zoom's page."""
        with self.page.context.expect_page() as opened:
            self.click(self.page.get_by_role("button", name="Continue to Zoom"))
        consent = opened.value
        consent.get_by_role("button", name="Allow").wait_for()
        return consent

    def open_app(self, path: str) -> None:
        """Go to a page of the web client and wait until it is drawn."""
        self.page.goto(path)
        self.page.locator(".o_action_manager .o_view_controller, .o_action_manager .o_action").first.wait_for()

    def open_session(self, session_id: int) -> None:
        """Go to the form of a session."""
        self.open_app(f"/odoo/telehealth.session/{session_id}")
        self.page.locator(".o_form_view").wait_for()

    # === FORMS === #

    def choose(self, field: str, text: str) -> None:
        """Type into a field that looks records up, and take the one whose name begins so."""
        entry = self.page.locator(f".o_field_widget[name={field}] input").first
        entry.fill(text)
        self.page.locator(".o-autocomplete--dropdown-item").filter(has_text=text).first.click()

    def choose_from(self, field: str, text: str) -> None:
        """Choose an entry of a selection by its words."""
        self.click(self.page.locator(f".o_field_widget[name={field}] input"))
        self.click(self.page.locator(".o_select_menu_item").filter(has_text=text).first)

    def set_text(self, field: str, text: str) -> None:
        """Type into a plain field."""
        self.page.locator(f".o_field_widget[name={field}]").locator("input, textarea").first.fill(text)

    def set_times(self, day: date, hour: int, minute: int = 0, minutes: int = 50) -> None:
        """Type a session's start and end into its form."""
        start = datetime(day.year, day.month, day.day, hour, minute)
        for field, moment in (("start", start), ("stop", start + timedelta(minutes=minutes))):
            # A button that turns into an input when it is pressed.
            self.click(self.page.locator(f".o_field_daterange [data-field={field}]"))
            entry = self.page.locator(f".o_field_daterange input[data-field={field}]")
            entry.fill(f"{moment:%m/%d/%Y %I:%M:%S %p}")
            entry.press("Enter")

    def save(self) -> None:
        """Press the form's own Save and wait until it is done."""
        self.click(self.page.locator(".o_form_button_save"))
        self.page.locator(".o_form_view .o_form_button_save").wait_for(state="hidden")

    def confirm(self) -> None:
        """Answer Odoo's question with its first button."""
        self.click(self.page.locator(".modal-footer .btn-primary"))
        self.page.locator(".modal").wait_for(state="hidden")

    def expect_ready(self) -> None:
        """Wait until the form says, by itself, that the meeting is ready."""
        expect(self.page.get_by_role("status").filter(has_text=READY)).to_be_visible()

    # === THE CALENDAR === #

    def book_weekly(self, title: str, client: str, first: datetime, times: int, minutes: int = 50) -> None:
        """Book a series of sessions on the form behind the calendar's New."""
        self.open_app("/odoo/calendar.event/new")
        self.click(self.page.get_by_label("Telehealth", exact=True))
        self.set_text("telehealth_label", title)
        self.choose("partner_ids", client)
        self.set_times(first.date(), first.hour, first.minute, minutes)
        self.click(self.page.get_by_role("tab", name="Options"))
        self.click(self.page.locator(".o_field_widget[name=recurrency] input"))
        self.choose_from("rrule_type_ui", "Weekly")
        self.choose_from("end_type", "Number of repetitions")
        self.set_text("count", str(times))
        self.save()

    def turn_to(self, day: date) -> None:
        """Turn the shown week to that of a day, if it is the one before it or after it."""
        days = self._days()
        if day.isoformat() < days[0]:
            self.click(self.page.get_by_role("button", name="Previous"))
        elif day.isoformat() > days[-1]:
            self.click(self.page.get_by_role("button", name="Next"))
        self.page.locator(f".fc-timegrid-col[data-date='{day}']").wait_for()

    def next_week(self) -> list[str]:
        """Go to the week after the shown one and return its days, as dates in ISO's form."""
        first = self._days()[0]
        self.click(self.page.get_by_role("button", name="Next"))
        expect(self.page.locator(f".fc-timegrid-col[data-date='{first}']")).to_have_count(0)
        return self._days()

    def drag_over(self, day: str, begin: str, end: str) -> None:
        """Drag over free time: `begin` and `end` as "17:00:00"."""
        top, bottom = self._edge(day, begin), self._edge(day, end)
        self._drag((top[0], top[1] + 3), (bottom[0], bottom[1] - 3))

    def drag_event(self, event: Locator, day: str, begin: str) -> None:
        """Take an event and put it to another day and time."""
        lane = self.page.locator(f".fc-timegrid-slot-lane[data-time='{begin}']")
        lane.scroll_into_view_if_needed()
        place = event.bounding_box()
        assert place
        target = self._edge(day, begin)
        # Taken in its middle: at its edges it would be stretched.
        middle = place["height"] / 2
        self._drag((place["x"] + place["width"] / 2, place["y"] + middle), (target[0], target[1] + middle))

    def event(self, name: str) -> Locator:
        """Return the event of this name in the shown calendar.

        The first of its tiles: one that goes over midnight has a tile on either day.
        """
        return self.page.locator(".fc-event.o_event").filter(has_text=name).first

    def _days(self) -> list[str]:
        columns = self.page.locator(".fc-timegrid-col[data-date]")
        columns.first.wait_for()
        return [str(column.get_attribute("data-date")) for column in columns.all()]

    def _edge(self, day: str, time: str) -> tuple[float, float]:
        """Return the point in the middle of a day's column where a time begins."""
        lane = self.page.locator(f".fc-timegrid-slot-lane[data-time='{time}']")
        lane.scroll_into_view_if_needed()
        column = self.page.locator(f".fc-timegrid-col[data-date='{day}']").bounding_box()
        slot = lane.bounding_box()
        assert column and slot
        return column["x"] + column["width"] / 2, slot["y"]

    def _drag(self, begin: Sequence[float], end: Sequence[float]) -> None:
        mouse = self.page.mouse
        mouse.move(*begin)
        mouse.down()
        mouse.move(begin[0], begin[1] + 8, steps=3)
        mouse.move(*end, steps=10)
        mouse.up()

"""The simulator's pages, driven as the people in a meeting use them."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def allow(consent: Page, zoom_user: str | None = None) -> None:
    """Let the app in on Zoom's consent page, as the chosen user or the first of them."""
    if zoom_user:
        consent.get_by_role("radio", name=zoom_user).check()
    consent.get_by_role("button", name="Allow").click()


def come_in(page: Page, name: str) -> None:
    """Join by a link that asks for one's name."""
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join").click()


def expect_place(page: Page, sentence: str) -> None:
    """Wait until the meeting page says where one is."""
    expect(page.locator("#place")).to_have_text(sentence)


def admit(host: Page, name: str) -> None:
    """Let a person of the waiting room in, as the host."""
    host.locator("#waiting li").filter(has_text=name).get_by_role("button", name="Admit").click()


def people_inside(page: Page) -> list[str]:
    """Return the names that the meeting page shows as being in."""
    return [str(name).split("(you)")[0].strip() for name in page.locator("#inside li .grow").all_inner_texts()]

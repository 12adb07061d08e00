"""Where a person sees and removes the app at Zoom. One line of data: Zoom moves its pages, so the day is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Place:
    """A place on Zoom's own pages.

    :ivar path: what to choose, one after another
    :ivar url: where to begin
    :ivar checked: when this was last held against public descriptions of Zoom's pages
    """

    path: str
    url: str
    checked: date


REMOVE_APP = Place("App Marketplace ▸ Manage ▸ Added Apps ▸ Remove", "https://marketplace.zoom.us", date(2026, 11, 21))

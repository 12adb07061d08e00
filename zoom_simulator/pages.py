"""Renders the simulator's HTML pages (templates/)."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from .clock import to_zoom_time

_TEMPLATES = Environment(
    loader=PackageLoader("zoom_simulator", "templates"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["zoom_time"] = lambda moment: to_zoom_time(moment).replace("T", " ").replace("Z", "")


def page(template: str, status: int = 200, **values: Any) -> web.Response:
    """A template as an answer that no cache keeps."""
    html = _TEMPLATES.get_template(template).render(**values)
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(text=html, status=status, content_type="text/html", headers=headers)

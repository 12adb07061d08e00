from odoo.http import request


def render_page(template, values):
    """Render one of our pages: in its reader's language and direction for screen readers too, and kept by no cache.

    Odoo's layout names a language and a direction (WCAG 3.1.1) only where the website app fills them in. Its styles set
    a direction of their own, which they turn only where the server has ``rtlcss``: so our elements name theirs too.

    :param template: external id of the template
    :param values: dict of what it shows
    """
    language = request.env["res.lang"]._get_data(code=request.env.lang or "en_US")
    html = {"lang": (language.code or "en_US").replace("_", "-"), "dir": language.direction or "ltr"}
    response = request.render(template, {**values, "html_data": html})
    response.headers["Cache-Control"] = "no-store"
    return response

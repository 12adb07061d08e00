import { registry } from "@web/core/registry";

/** Opens one of our pages that changes something. A link from elsewhere must not, so it is posted with our token. */
registry.category("actions").add("zoom_telehealth.post_page", (env, { params }) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = params.address;
    const token = document.createElement("input");
    token.type = "hidden";
    token.name = "csrf_token";
    token.value = odoo.csrf_token;
    form.append(token);
    document.body.append(form);
    form.submit();
});

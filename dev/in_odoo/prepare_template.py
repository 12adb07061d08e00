"""Run by `odoo shell`: switches off Odoo's own calls to the internet, and builds the assets once for every clone."""

off = {
    "mail.link_preview_throttle": "0",  # fetching a page to preview a link
    "sms.endpoint": "http://127.0.0.1:9",  # Odoo's paid SMS service: the discard port refuses
    "iap.endpoint": "http://127.0.0.1:9",
    "html_editor.olg_api_endpoint": "http://127.0.0.1:9",
    "html_editor.media_library_endpoint": "http://127.0.0.1:9",
    "mail.use_twilio_rtc_servers": "False",
}
for key, value in off.items():
    env["ir.config_parameter"].set_param(key, value)
env.ref("mail.ir_cron_module_update_notification").active = False
env["ir.config_parameter"].set_param("web.base.url.freeze", "True")
env.cr.commit()

# Otherwise the first page of every clone takes seconds, and browser tests would measure that.
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()

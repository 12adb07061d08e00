from . import res_config_settings, telehealth_settings, zoom_disconnect

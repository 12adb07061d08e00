from . import (
    res_config_settings,
    telehealth_settings,
    telehealth_settings_features,
    telehealth_settings_limits,
    telehealth_settings_readiness,
    zoom_disconnect,
)

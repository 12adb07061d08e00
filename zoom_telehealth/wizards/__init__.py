from . import (
    res_config_settings,
    telehealth_settings,
    telehealth_settings_answers,
    telehealth_settings_features,
    telehealth_settings_limits,
    telehealth_settings_places,
    telehealth_settings_policy,
    telehealth_settings_readiness,
    telehealth_settings_scheduling,
    telehealth_start_now,
    zoom_disconnect,
)

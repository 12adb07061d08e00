from . import telehealth_settings
from . import res_config_settings

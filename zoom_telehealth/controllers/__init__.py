from . import access_log
from . import oauth
from . import join
from . import portal
from . import calendar

from . import access_log, calendar, join, oauth, portal, readiness, webhook

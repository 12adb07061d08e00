from . import access_log, calendar, connection_questions, join, oauth, portal, readiness, webhook

from . import access_log, calendar, connection_questions, join, join_instead, oauth, portal, readiness, webhook

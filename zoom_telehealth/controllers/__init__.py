from . import access_log, calendar, connection_questions, found, join, join_instead, oauth, portal, readiness, webhook

from . import access_log, calendar, connection_questions, connection_trouble, join, oauth, portal, readiness, webhook

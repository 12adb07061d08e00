from . import (
    access_log,
    calendar,
    connection_questions,
    connection_trouble,
    found,
    join,
    join_instead,
    oauth,
    portal,
    readiness,
    webhook,
)

from . import (
    test_access,
    test_calendar_routes,
    test_client_by_rpc,
    test_connecting,
    test_encrypted_fields,
    test_events,
    test_join_routes,
    test_mails,
    test_query_counts,
    test_reconciler,
    test_series,
    test_settings,
)

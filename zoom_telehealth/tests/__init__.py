from . import test_access
from . import test_calendar_routes
from . import test_client_by_rpc
from . import test_connecting
from . import test_join_routes

"""A fixed time, and waits so short that a server which never answers costs the tests little.

They are longer than an answer takes that is there, on a machine that is busy with other tests.
"""

from __future__ import annotations

from datetime import datetime

from zoom.transport import Timeouts

NOW = datetime(2026, 11, 21, 22, 30)
QUICK = Timeouts(connect=1.0, read=1.0, total=2.0)

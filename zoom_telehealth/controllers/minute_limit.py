"""How often one and the same may do something in a minute."""

import time
from collections import OrderedDict
from threading import Lock

# Keys remembered by one process; the ones seen longest ago are forgotten first.
MOST_KEYS = 10_000


class MinuteLimit:
    """Counts by key and minute, in this process's memory.

    :param int most_a_minute: of one key
    """

    def __init__(self, most_a_minute, clock=time.monotonic):
        self._most = most_a_minute
        self._clock = clock
        self._counts = OrderedDict()
        self._lock = Lock()

    def is_over(self, key):
        """Count one more of a key and return whether it is one too many.

        :param key: whatever can be a key of a dict
        """
        minute = int(self._clock() // 60)
        with self._lock:
            counted_in, count = self._counts.pop(key, (minute, 0))
            count = count + 1 if counted_in == minute else 1
            self._counts[key] = minute, count
            while len(self._counts) > MOST_KEYS:
                self._counts.popitem(last=False)
        return count > self._most

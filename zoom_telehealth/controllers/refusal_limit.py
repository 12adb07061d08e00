"""How many requests of one address are refused with an entry in the log and in the books; the rest just refused."""

import time
from collections import OrderedDict
from threading import Lock

MOST_A_MINUTE = 30
# Addresses remembered by one process; the ones seen longest ago are forgotten first.
MOST_ADDRESSES = 10_000


class RefusalLimit:
    """Counts refusals by address and minute, in this process's memory.

    Counted after the signature is checked: somebody behind the same address as Zoom's cannot keep Zoom out.
    """

    def __init__(self, most_a_minute=MOST_A_MINUTE, clock=time.monotonic):
        self._most = most_a_minute
        self._clock = clock
        self._counts = OrderedDict()
        self._lock = Lock()

    def is_over(self, address):
        """Count one refusal of an address and return whether it is one too many.

        :param str address: where the request came from
        """
        minute = int(self._clock() // 60)
        with self._lock:
            counted_in, count = self._counts.pop(address, (minute, 0))
            count = count + 1 if counted_in == minute else 1
            self._counts[address] = minute, count
            while len(self._counts) > MOST_ADDRESSES:
                self._counts.popitem(last=False)
        return count > self._most

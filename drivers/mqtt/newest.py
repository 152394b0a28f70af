"""The values of one device as messages bring them: of now, of the past, twice, or of unknown age."""

import math
from collections.abc import Collection, Iterator, Sequence

from drivers.driver import Quality, Scan, Value
from drivers.mqtt.mapping import Update
from drivers.mqtt.message import Message
from drivers.readings import Readings
from drivers.samples import Samples

MOST_PAST = 10_000
BELIEVED_NS = 300 * 10**9
"""What is older than what is known is late news for so long; if nothing newer comes, the device's clock was
put back."""


class Newest:
    """Nothing is handed on before the device was heard: what nobody ever said is no news."""

    def __init__(self, points: int, texts: Collection[int], stale_s: float) -> None:
        """What a broker has kept is stale from this age on, until the device says something itself."""
        self._points = points
        self._stale_ns = stale_s * 1e9
        self._samples = Samples(points, texts)
        self._texts = texts
        self._known_ns = [0] * points
        """The source's time of what is known of a point; 0 where nothing is, or it had no time of its own."""
        self._known_at_ns = [0] * points
        """When that came."""
        self._live = bytearray(points)
        """Whether what is known of a point came while we listened."""
        self._is_there = bytearray(points)
        """Whether any message had the point."""
        self._past: list[Scan] = []
        self._last: dict[int, int] = {}
        self._was_heard = False

    def doubt(self) -> None:
        """We did not listen for a while: what is known may have changed since."""
        self._live = bytearray(self._points)
        self._last.clear()
        self._samples.doubt()

    def put(self, column: int, value: Value, quality: int, time_ns: int) -> None:
        self._samples.put(column, value, quality, time_ns)

    def vanish(self, column: int, time_ns: int) -> None:
        """The device says that it does not have the point."""
        self._is_there[column] = False
        self._samples.put(column, math.nan, int(Quality.BAD_ADDRESS), time_ns)

    def take(self, key: int, message: Message, updates: Sequence[Update]) -> None:
        if not updates:
            return
        self._was_heard = True
        time_ns = updates[0].time_ns
        if time_ns is not None:
            if self._last.get(key) == (mark := hash(message.payload)) and not message.retained:
                return  # delivered twice
            self._last[key] = mark
        old: list[Update] = []
        for update in updates:
            column, value, quality, own_ns, _, is_past = update
            if own_ns is None:
                if message.retained:
                    if self._live[column]:
                        continue
                    quality = quality or int(Quality.UNCERTAIN_STALE)
                own_ns = message.time_ns
            else:
                believed_ns = min(own_ns, message.time_ns)
                is_recent = message.time_ns - self._known_at_ns[column] <= BELIEVED_NS or message.retained
                if is_past or (believed_ns < self._known_ns[column] and is_recent):
                    old.append(update)
                    continue
                if message.retained and message.time_ns - believed_ns > self._stale_ns:
                    if self._live[column] and believed_ns == self._known_ns[column]:
                        continue  # nothing newer was said while we listened
                    quality = quality or int(Quality.UNCERTAIN_STALE)
                self._known_ns[column], self._known_at_ns[column] = believed_ns, message.time_ns
            if quality != Quality.BAD_ADDRESS:
                self._is_there[column] = True
            elif self._is_there[column]:
                continue  # it is not in every message
            self._live[column] |= not message.retained
            self._samples.put(column, value, quality, own_ns)
        if old:
            self._remember(old)

    def scans(self, now_ns: int) -> Iterator[Scan]:
        past, self._past = self._past, []
        yield from past
        if self._was_heard:
            yield from self._samples.scans(now_ns)

    def _remember(self, old: Sequence[Update]) -> None:
        values = [math.nan] * self._points
        quality = [int(Quality.BAD_NOT_READ)] * self._points
        texts = dict.fromkeys(self._texts, "")
        for column, value, own, _, _, _ in old:
            quality[column] = own
            if isinstance(value, str):
                texts[column] = value
            else:
                values[column] = value
        if len(self._past) < MOST_PAST:
            self._past.append(Scan(old[0].time_ns or 0, Readings(values, quality, texts), past=True))

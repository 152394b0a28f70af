"""Which objects of a device tell their changes, and renewing that (SubscribeCOV, clause 13.14)."""

from collections.abc import Callable, Sequence

from drivers.bacnet import reports
from drivers.bacnet.apdu import Confirmed, Kind
from drivers.bacnet.session import Session
from drivers.bacnet.tags import ObjectId

PROCESS = 1
"""Of all subscriptions from one station, so that they are renewed and not doubled after a restart."""
REFUSED_S = 600.0
"""What a device refuses is asked for again after so long; until then the object is polled."""
RENEWED_AFTER = 0.4
"""Of its lifetime a subscription is renewed."""


class Subscriptions:
    """Of one device. `covers` says which objects need not be polled with every scan."""

    def __init__(
        self, objects: Sequence[ObjectId], lifetime_s: int, clock: Callable[[], float], *, confirmed: bool
    ) -> None:
        self._objects = objects
        self._lifetime_s = lifetime_s
        self._confirmed = confirmed
        self._clock = clock
        self._ends_s: dict[ObjectId, float] = {}
        self._due_s: dict[ObjectId, float] = {}
        self.begin()

    def begin(self) -> None:
        """Nothing is subscribed to: on a new link."""
        self._ends_s.clear()
        self.renew()

    def renew(self) -> None:
        """Subscribe anew soon: the device may have been restarted."""
        self._due_s = dict.fromkeys(self._objects, 0.0)

    def covers(self, object_: ObjectId) -> bool:
        ends_s = self._ends_s.get(object_)
        return ends_s is not None and ends_s > self._clock()

    @property
    def due_s(self) -> float:
        """When `keep` has something to do."""
        return min(self._due_s.values(), default=float("inf"))

    async def keep(self, session: Session) -> None:
        """Subscribe to what is due, one object after the other. Raises LinkError."""
        for object_ in [object_ for object_, due_s in self._due_s.items() if due_s <= self._clock()]:
            request = reports.subscribe(
                PROCESS, object_, confirmed=self._confirmed, lifetime_s=self._lifetime_s
            )
            began_s = self._clock()
            pdu = await session.ask(Confirmed.SUBSCRIBE_COV, request)
            if pdu.kind == Kind.SIMPLE_ACK:
                self._ends_s[object_] = began_s + self._lifetime_s
                self._due_s[object_] = began_s + self._lifetime_s * RENEWED_AFTER
            else:
                self._ends_s.pop(object_, None)
                self._due_s[object_] = began_s + REFUSED_S

    async def cancel(self, session: Session) -> None:
        """The device need not tell any more. Raises LinkError."""
        for object_ in [object_ for object_ in self._objects if self.covers(object_)]:
            await session.ask(Confirmed.SUBSCRIBE_COV, reports.cancel(PROCESS, object_), attempts=1)
        self.begin()

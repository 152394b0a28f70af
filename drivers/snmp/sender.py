"""Whether a notification comes from a device: its community, or its user and the clock of its engine."""

import hmac
from collections.abc import Callable

from drivers.snmp.message import AUTH_FLAG, PRIV_FLAG, Plain, Secured
from drivers.snmp.pdu import Pdu
from drivers.snmp.security import Clock, Community, Untrusted, User, authentic, opened
from drivers.snmp.usm import Keys

ENGINES = 4
"""So many engines of one device are remembered: its agent, and programs beside it that send traps."""


class Sender:
    """Of traps, the sender's engine is authoritative, and it need not be the one that is polled."""

    __slots__ = ("_engines", "_now_s", "who")

    def __init__(self, who: Community | User, now_s: Callable[[], float]) -> None:
        self.who = who
        self._now_s = now_s
        self._engines: dict[bytes, tuple[Keys, Clock]] = {}

    def trusted(self, message: Plain | Secured) -> Pdu:
        """What it says. Raises Untrusted, Malformed.

        Devices that are asked in version 2c often send traps of version 1: both are taken.
        """
        who = self.who
        if isinstance(message, Plain):
            if isinstance(who, User) or not hmac.compare_digest(message.community, who.name):
                raise Untrusted("another community")
            return message.pdu
        header = message.header
        if isinstance(who, Community) or header.user != who.name:
            raise Untrusted("another user")
        if header.flags & (AUTH_FLAG | PRIV_FLAG) != who.flags:
            raise Untrusted("less secured than the user's messages are")
        if not who.flags:
            return opened(message, who.master.localized(b"")).pdu
        keys, clock = self._known(who, header.engine_id)
        if not authentic(message, keys):
            raise Untrusted("signed with another key")
        if not clock.accept(header.boots, header.time_s):
            raise Untrusted("too old")
        self._keep(header.engine_id, keys, clock)
        return opened(message, keys).pdu

    def follow(self, engine_id: bytes, boots: int, time_s: int) -> None:
        """What the engine says of its clock when it is asked, signed: it may have been put back.

        A card that forgets its boots would else be taken for its own past, and its traps for old ones.
        """
        if isinstance(self.who, User):
            keys, clock = self._known(self.who, engine_id)
            clock.set(boots, time_s)
            self._keep(engine_id, keys, clock)

    def _known(self, who: User, engine_id: bytes) -> tuple[Keys, Clock]:
        return self._engines.get(engine_id) or (who.master.localized(engine_id), Clock(self._now_s))

    def _keep(self, engine_id: bytes, keys: Keys, clock: Clock) -> None:
        self._engines[engine_id] = keys, clock
        if len(self._engines) > ENGINES:
            del self._engines[next(iter(self._engines))]

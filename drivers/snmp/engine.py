"""An authoritative engine (RFC 3414 section 3.2): it is asked, it tells its clock, it reports what is wrong.

Steward is one for the informs that are sent to it; a twin is one for whoever polls it.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from config.text import Text
from drivers.snmp import ber
from drivers.snmp.ber import Malformed
from drivers.snmp.message import AUTH_FLAG, PRIV_FLAG, REPORTABLE, Header, Scoped, Secured
from drivers.snmp.objects import COUNTER
from drivers.snmp.pdu import Pdu, Type, Varbind
from drivers.snmp.security import WINDOW_S, Untrusted, User, authentic, opened, sealed
from drivers.snmp.usm import Keys

_STATS = "1.3.6.1.6.3.15.1.1"
UNSUPPORTED_LEVEL = ber.oid_content(f"{_STATS}.1.0")
NOT_IN_WINDOW = ber.oid_content(f"{_STATS}.2.0")
UNKNOWN_USER = ber.oid_content(f"{_STATS}.3.0")
UNKNOWN_ENGINE = ber.oid_content(f"{_STATS}.4.0")
WRONG_DIGEST = ber.oid_content(f"{_STATS}.5.0")
DECRYPTION_ERROR = ber.oid_content(f"{_STATS}.6.0")

REPORTS = {
    UNSUPPORTED_LEVEL: Text(
        "设备不允许该用户使用此安全级别；请检查 auth 和 priv",
        "the agent does not allow this user so little or so much security",
    ),
    NOT_IN_WINDOW: Text("设备报告其时钟不一致", "the agent says that its clock is another"),
    UNKNOWN_USER: Text("设备没有该用户", "the agent does not know the user"),
    UNKNOWN_ENGINE: Text("该地址现在由另一台设备应答", "another agent answers there now"),
    WRONG_DIGEST: Text("设备报告 auth 或 auth_key 错误", "the agent says that auth or auth_key is wrong"),
    DECRYPTION_ERROR: Text("设备报告 priv 或 priv_key 错误", "the agent says that priv or priv_key is wrong"),
}
"""What a report means, by the counter that it brings."""


@dataclass(slots=True)
class Engine:
    """Keys are made once for each user; messages are answered with the level in which they came."""

    id: bytes
    boots: int
    now_s: Callable[[], float]
    _began_s: float = field(init=False)
    _keys: dict[User, Keys] = field(init=False, default_factory=dict)
    _counter: int = field(init=False, default_factory=lambda: random.getrandbits(63))
    _reports: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._began_s = self.now_s()

    @property
    def time_s(self) -> int:
        return int(self.now_s() - self._began_s)

    def received(self, message: Secured, users: Iterable[User]) -> tuple[User, Scoped] | bytes:
        """Who asks what; or the report that tells him why not. Raises Untrusted, Malformed."""
        header = message.header
        level = header.flags & (AUTH_FLAG | PRIV_FLAG)
        if header.engine_id != self.id:
            return self._report(header, UNKNOWN_ENGINE)
        named = [user for user in users if user.name == header.user]
        if not named:
            return self._report(header, UNKNOWN_USER)
        able = [user for user in named if user.flags == level]
        if not able:
            return self._report(header, UNSUPPORTED_LEVEL)
        user = next((user for user in able if not level or authentic(message, self.keys(user))), None)
        if user is None:
            return self._report(header, WRONG_DIGEST)
        if level and not (header.boots == self.boots and abs(header.time_s - self.time_s) <= WINDOW_S):
            return self._report(header, NOT_IN_WINDOW, user)
        try:
            return user, opened(message, self.keys(user))
        except Malformed:
            return self._report(header, DECRYPTION_ERROR, user)

    def answer(self, header: Header, user: User, content: Scoped) -> bytes:
        """The response to the message with that header."""
        return self._sealed(header.id, header.flags & ~REPORTABLE, user, content)

    def keys(self, user: User) -> Keys:
        if user not in self._keys:
            self._keys[user] = user.master.localized(self.id)
        return self._keys[user]

    def forget(self, user: User) -> None:
        self._keys.pop(user, None)

    def _report(self, header: Header, counter: bytes, user: User | None = None) -> bytes:
        if not header.flags & REPORTABLE:
            raise Untrusted(REPORTS[counter].en)
        self._reports = (self._reports + 1) % 2**32
        count = Varbind(counter, COUNTER, ber.integer(self._reports)[2:])
        content = Scoped(self.id, b"", Pdu(Type.REPORT, 0, (count,)))
        if user is None:
            plain = Header(header.id, 0, self.id, self.boots, self.time_s, header.user)
            return plain.encoded(content.encoded())
        return self._sealed(header.id, user.flags & AUTH_FLAG, user, content)

    def _sealed(self, id_: int, flags: int, user: User, content: Scoped) -> bytes:
        self._counter += 1
        header = Header(id_, flags, self.id, self.boots, self.time_s, user.name)
        return sealed(header, content, self.keys(user), self._counter)

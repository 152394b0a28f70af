"""Reads many variables with few messages, and those that an agent refuses apart from the others."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from drivers.driver import Quality
from drivers.errors import LinkError
from drivers.snmp.objects import END_OF_VIEW, MISSING
from drivers.snmp.pdu import SYS_UP_TIME, Pdu, Status, Type, Varbind, status_text
from drivers.snmp.session import Session

AGAIN_AFTER_S = 600.0
"""A variable that the agent does not have is asked for again after this time."""
MOST_ROWS = 4096
"""A table that goes on beyond so many rows is not believed."""
ABSENT = frozenset({Status.NO_SUCH_NAME, Status.NO_ACCESS, Status.AUTHORIZATION_ERROR})
"""What an agent says of a variable that it does not have, or not for us."""

Found = Mapping[bytes, Varbind | Quality]
"""By variable: it, or why there is none."""


class Variables:
    """What one agent is asked in every scan. One instance a connection: what it learns ends with it."""

    def __init__(self, asked: Sequence[bytes], most: int, clock: Callable[[], float]) -> None:
        self._asked = asked
        self._most = most
        self._clock = clock
        self._absent: dict[bytes, float] = {}
        """Variable -> when to ask again."""
        self._failing: set[bytes] = set()
        """They spoil the answers of others, and are asked alone."""

    async def read(self, session: Session) -> Found:
        """Raises LinkError: the agent is gone, or fails whatever it is asked."""
        found: dict[bytes, Varbind | Quality] = {}
        status = 0
        for chunk in list(self._chunks(found)) or [
            [SYS_UP_TIME]
        ]:  # whoever has nothing else has at least that
            status = await self._read(session, chunk, found) or status
        if status and all(one is Quality.BAD_SENSOR_FAULT for one in found.values()):
            raise session.failed(status_text(status))
        return found

    def _chunks(self, found: dict[bytes, Varbind | Quality]) -> Iterator[Sequence[bytes]]:
        now_s = self._clock()
        healthy = []
        for oid in self._asked:
            if self._absent.get(oid, now_s) > now_s:
                found[oid] = Quality.BAD_ADDRESS
            elif oid in self._failing:
                yield [oid]
            else:
                healthy.append(oid)
        for at in range(0, len(healthy), self._most):
            yield healthy[at : at + self._most]

    async def _read(
        self, session: Session, chunk: Sequence[bytes], found: dict[bytes, Varbind | Quality]
    ) -> int:
        """Ask until each of the chunk is in `found`; the last error status, 0 for none."""
        last = 0
        waiting = [chunk]
        while waiting:
            oids = waiting.pop()
            answer = await session.read(Pdu(Type.GET, 0, [Varbind(oid) for oid in oids]))
            if not answer.status:
                self._take(session, oids, answer, found)
                continue
            last = answer.status
            if len(oids) == 1:
                self._fail(oids[0], last, found)
            elif last != Status.TOO_BIG and 1 <= answer.index <= len(oids):
                self._fail(oids[answer.index - 1], last, found)
                waiting.append([*oids[: answer.index - 1], *oids[answer.index :]])
            else:
                half = len(oids) // 2
                if last == Status.TOO_BIG:
                    self._most = min(self._most, max(half, 1))
                waiting += [oids[:half], oids[half:]]
        return last

    def _take(
        self, session: Session, oids: Sequence[bytes], answer: Pdu, found: dict[bytes, Varbind | Quality]
    ) -> None:
        if [varbind.oid for varbind in answer.varbinds] != list(oids):
            raise LinkError(
                f"询问 {session} 的 {len(oids)} 个变量，应答却是另外 {len(answer.varbinds)} 个",
                f"{session} answered {len(oids)} variables with {len(answer.varbinds)} others",
            )
        for varbind in answer.varbinds:
            if varbind.tag in MISSING:
                self._fail(varbind.oid, Status.NO_SUCH_NAME, found)
            else:
                found[varbind.oid] = varbind
                self._failing.discard(varbind.oid)

    def _fail(self, oid: bytes, status: int, found: dict[bytes, Varbind | Quality]) -> None:
        if status in ABSENT:
            self._absent[oid] = self._clock() + AGAIN_AFTER_S
            self._failing.discard(oid)
            found[oid] = Quality.BAD_ADDRESS
        else:
            self._failing.add(oid)
            found[oid] = Quality.BAD_SENSOR_FAULT


async def column(session: Session, under: bytes, rows: int, *, bulk: bool) -> list[Varbind] | None:
    """The instances of one column of a table, by GETBULK or GETNEXT; None where the agent fails to give it.

    Raises LinkError.
    """
    found: list[Varbind] = []
    last = under
    seen = {under}
    while True:
        asked = [Varbind(last)]
        question = Pdu(Type.GET_BULK, 0, asked, 0, rows) if bulk else Pdu(Type.GET_NEXT, 0, asked)
        answer = await session.read(question)
        if answer.status == Status.TOO_BIG and rows > 1:
            rows //= 2
            continue
        if answer.status:
            return found if answer.status == Status.NO_SUCH_NAME else None
        if not answer.varbinds:
            raise LinkError(
                f"{session} 对表格询问的应答为空", f"{session} answered a question for a table with nothing"
            )
        for varbind in answer.varbinds:
            if varbind.tag == END_OF_VIEW or not varbind.oid.startswith(under):
                return found
            if varbind.oid in seen or len(found) >= MOST_ROWS:
                raise LinkError(
                    f"{session}：表格循环往复，或超过 {MOST_ROWS} 行",
                    f"{session}: a table goes round in circles, or beyond {MOST_ROWS} rows",
                )
            seen.add(varbind.oid)
            found.append(varbind)
        last = answer.varbinds[-1].oid

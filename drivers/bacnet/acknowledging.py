"""Acknowledging what an object has raised (clause 13.5): each transition by its own time stamp."""

from collections.abc import Callable
from datetime import datetime

from config.text import Text
from drivers.bacnet import reports, services
from drivers.bacnet.alarms import PROCESS
from drivers.bacnet.apdu import Confirmed, Kind
from drivers.bacnet.clock import DeviceClock
from drivers.bacnet.names import EVENT_STATES, PROPERTIES, ErrorClass, object_name
from drivers.bacnet.reports import TO_FAULT, TO_NORMAL, TO_OFFNORMAL, Event, Mark, Stamp, transition
from drivers.bacnet.services import Ref, Refusal
from drivers.bacnet.session import Session
from drivers.bacnet.tags import Date, Malformed, ObjectId, Time
from drivers.driver import Acknowledgement, WriteError
from drivers.errors import LinkError

ATTEMPTS = 2
"""An object may go into another state just when this one is acknowledged."""
_STATE, _ACKED, _STAMPS = (
    PROPERTIES[name] for name in ("event-state", "acked-transitions", "event-time-stamps")
)


class Acknowledger:
    """Of one device. Remembers into which states its objects went, as far as it has told."""

    def __init__(self, clock: DeviceClock, wall_ns: Callable[[], int]) -> None:
        self._clock = clock
        self._wall_ns = wall_ns
        self._offnormal: dict[ObjectId, int] = {}

    def heard(self, event: Event) -> None:
        if transition(event.state) == TO_OFFNORMAL:
            self._offnormal[event.object] = event.state

    async def acknowledge(self, session: Session, object_: ObjectId, told: Acknowledgement) -> bool:
        """All transitions that wait for it; false where none does. Raises LinkError and WriteError."""
        refused: list[Text] = []
        for attempt in range(ATTEMPTS):
            waiting = await self._waiting(session, object_)
            if not waiting:
                return attempt > 0  # else what was refused is acknowledged all the same
            answers = [await self._tell(session, object_, *one, told) for one in waiting]
            refused = [why for why in answers if why is not None]
            if not refused:
                return True
        name = object_name(*object_)
        raise WriteError(
            f"{name}：{'；'.join(why.zh for why in refused)}",
            f"{name}: {'; '.join(why.en for why in refused)}",
        )

    async def _waiting(self, session: Session, object_: ObjectId) -> list[tuple[int, Mark]]:
        """The states that wait, each with the time stamp of its transition."""
        refs = [Ref(object_, _STATE), Ref(object_, _ACKED)]
        state, acked = (await session.read(refs)).values()
        for answer in (state, acked):
            if isinstance(answer, Refusal) and answer.error_class == ErrorClass.DEVICE:
                raise LinkError(
                    f"{session.name.zh} 未给出待确认的报警：{answer.why.zh}",
                    f"{session} does not tell what waits: {answer}",
                )
            if isinstance(answer, Refusal) and not answer.is_missing:
                raise WriteError(
                    f"{object_name(*object_)} 未给出待确认的报警：{answer.why.zh}",
                    f"{object_name(*object_)} does not tell what waits: {answer}",
                )
        bits = () if isinstance(acked, Refusal) or len(acked) != 1 else acked[0].value
        if not isinstance(bits, tuple) or len(bits) != 3 or all(bits):
            return []
        now = None if isinstance(state, Refusal) or len(state) != 1 else state[0].value
        offnormal = self._offnormal.get(object_, EVENT_STATES["offnormal"])
        if isinstance(now, int) and now not in (EVENT_STATES["normal"], EVENT_STATES["fault"]):
            offnormal = now
        states = {TO_OFFNORMAL: offnormal, TO_FAULT: EVENT_STATES["fault"], TO_NORMAL: EVENT_STATES["normal"]}
        marks = await self._marks(session, object_)
        return [(states[at], mark) for at, mark in enumerate(marks) if not bits[at]]

    async def _marks(self, session: Session, object_: ObjectId) -> list[Mark]:
        ref = Ref(object_, _STAMPS)
        pdu = await session.ask(Confirmed.READ_PROPERTY, services.read_property(ref))
        if pdu.kind != Kind.COMPLEX_ACK:
            raise WriteError(
                f"{ref} 无法读取，因而不能确认：{pdu.refusal.zh}",
                f"{ref} cannot be read, so nothing can be acknowledged: {pdu.refusal.en}",
            )
        try:
            marks = reports.marks(services.raw_property(pdu.payload, ref))
        except Malformed as error:
            raise session.nonsense(error) from error
        if len(marks) != 3:
            raise WriteError(
                f"{ref} 有 {len(marks)} 个时间戳，而应为 3 个；请在设备上确认",
                f"{ref} holds {len(marks)} time stamps, not 3; acknowledge it at the device",
            )
        return marks

    async def _tell(
        self, session: Session, object_: ObjectId, state: int, mark: Mark, told: Acknowledgement
    ) -> Text | None:
        """Why the device does not take it."""
        if told.seen_ns:
            await self._clock.look(session)
            at_ns = self._clock.utc_ns(mark.stamp)
            if at_ns is None:
                return Text(
                    "设备未给出发生时间；请在设备上确认",
                    "it does not tell when this came about; acknowledge it at the device",
                )
            if at_ns > told.seen_ns:
                return Text(
                    "在此确认之后状态又有变化；请在设备上确认",
                    "it has changed since it was acknowledged here; acknowledge it at the device",
                )
        at = _stamp(datetime.fromtimestamp(self._wall_ns() / 1e9).astimezone())
        request = reports.acknowledge_alarm(PROCESS, object_, state, mark, told.by, at)
        pdu = await session.ask(Confirmed.ACKNOWLEDGE_ALARM, request)
        return None if pdu.kind == Kind.SIMPLE_ACK else pdu.refusal


def _stamp(moment: datetime) -> Stamp:
    return Stamp(
        Date(moment.year, moment.month, moment.day, moment.isoweekday()),
        Time(moment.hour, moment.minute, moment.second, moment.microsecond // 10_000),
    )

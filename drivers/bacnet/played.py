"""One played BACnet device: an application of bacpypes3, with the services that it leaves out."""

import asyncio
import contextlib
import logging
import math
from datetime import datetime
from typing import Any

from bacpypes3.apdu import (
    AcknowledgeAlarmRequest,
    AddListElementRequest,
    ConfirmedEventNotificationRequest,
    ConfirmedRequestPDU,
    Error,
    ErrorRejectAbortNack,
    GetEventInformationACK,
    GetEventInformationRequest,
    ReadRangeACK,
    ReadRangeRequest,
    RemoveListElementRequest,
    SimpleAckPDU,
    UnconfirmedEventNotificationRequest,
)
from bacpypes3.app import Application
from bacpypes3.appservice import ApplicationServiceAccessPoint
from bacpypes3.basetypes import (
    DateTime,
    Destination,
    EventState,
    EventTransitionBits,
    GetEventInformationEventSummary,
    LogRecord,
    LogRecordLogDatum,
    ResultFlags,
    StatusFlags,
    TimeStamp,
)
from bacpypes3.comm import bind
from bacpypes3.constructeddata import Any as AnyData
from bacpypes3.constructeddata import ListOf
from bacpypes3.errors import ExecutionError
from bacpypes3.ipv4.bvll import BVLLCodec
from bacpypes3.ipv4.service import BIPNormal, UDPMultiplexer
from bacpypes3.local.device import DeviceObject
from bacpypes3.netservice import NetworkServiceAccessPoint, NetworkServiceElement
from bacpypes3.object import NotificationClassObject
from bacpypes3.pdu import Address, IPv4Address
from bacpypes3.primitivedata import Date, ObjectIdentifier, Real, Time

from drivers.bacnet.played_objects import VENDOR
from drivers.bacnet.played_wire import Wire
from drivers.bacnet.reports import transition
from drivers.twin import Fault

logging.getLogger("bacpypes3").setLevel(logging.CRITICAL)

LONGEST_LOG = 10_000
"""Records that a played trend log holds."""
ACK_REQUIRED = (1, 1, 0)
"""What becomes abnormal waits for an acknowledgement; what becomes normal does not."""
_CLASS_PRIORITY = 100
_CODES = {Fault.BUSY: "deviceBusy", Fault.FAILED: "operationalProblem"}


class PlayedDevice(Application):  # type: ignore[misc]
    """`open` after the objects were added. Everything runs on the loop."""

    def __init__(self, instance: int, name: str, address: tuple[str, int]) -> None:
        super().__init__()
        self.fault = Fault.NONE
        self.logs: dict[Any, list[Any]] = {}
        """Records by trend log; the number of the first is `shed` + 1."""
        self.shed: dict[Any, int] = {}
        self._notifying: set[asyncio.Task[None]] = set()
        device = DeviceObject(
            objectIdentifier=ObjectIdentifier(("device", instance)),
            objectName=name,
            vendorIdentifier=VENDOR,
            maxApduLengthAccepted=1476,
            segmentationSupported="segmentedBoth",
            maxSegmentsAccepted=64,
        )
        self.asap = ApplicationServiceAccessPoint(device, self.device_info_cache)
        self.nsap = NetworkServiceAccessPoint()
        self.nse = NetworkServiceElement()
        bind(self.nse, self.nsap)
        bind(self, self.asap, self.nsap)
        self._link = BIPNormal()
        self.wire = Wire()
        multiplexer = UDPMultiplexer()
        bind(self._link, BVLLCodec(), multiplexer.annexJ)
        bind(multiplexer, self.wire)
        self.nsap.bind(self._link, address=IPv4Address(address))
        self.add_object(device)

    async def open(self, host: str, port: int) -> int:
        """Returns the port; says I-Am as a device does that was switched on. Raises OSError."""
        port = await self.wire.open(host, port)
        self.i_am()
        return port

    def close(self) -> None:
        """As without power: subscriptions are forgotten."""
        self.forget()
        for task in self._notifying:
            task.cancel()
        self.wire.close()

    def forget(self) -> None:
        """No object tells its changes any more."""
        for detection in list(self._cov_detections.values()):
            for subscription in list(detection.cov_subscriptions):
                self.cancel_subscription(subscription)

    def add_class(self, instance: int) -> None:
        """A notification class in whose recipient list anybody may enter himself."""
        self.add_object(
            NotificationClassObject(
                objectIdentifier=ObjectIdentifier(("notification-class", instance)),
                objectName=f"notification class {instance}",
                notificationClass=instance,
                priority=[_CLASS_PRIORITY] * 3,
                ackRequired=EventTransitionBits(list(ACK_REQUIRED)),
                recipientList=ListOf(Destination)([]),
            )
        )

    def tell(self, played: Any) -> None:
        """Subscribers hear how an object is, such as when its status flags have changed."""
        detection = self._cov_detections.get(played.objectIdentifier)
        if detection is not None:
            detection.send_cov_notifications()

    def happen(self, played: Any, state: int, before: int) -> None:
        """The event state of an object has changed: all recipients are told."""
        at, stamp = transition(state), TimeStamp(dateTime=_now())
        if hasattr(played, "ackedTransitions"):
            acked = [int(bit) for bit in played.ackedTransitions]
            acked[at] = 1 - ACK_REQUIRED[at]
            played.ackedTransitions = EventTransitionBits(acked)
            stamps = list(played.eventTimeStamps)
            stamps[at] = stamp
            played.eventTimeStamps = stamps
        for class_ in self._classes():
            for recipient in class_.recipientList:
                self._spawn(self._notify(recipient, class_.notificationClass, played, state, before, stamp))

    def record(self, log: Any, value: float, at_ns: int, *, status: Any = None) -> None:
        """A trend log records a value, NaN as a failure; or a status (three bits)."""
        if status is not None:
            datum = LogRecordLogDatum(logStatus=status)
        elif math.isnan(value):
            datum = LogRecordLogDatum(failure={"errorClass": "device", "errorCode": "timeout"})
        else:
            datum = LogRecordLogDatum(realValue=Real(value))
        stamp = _at(datetime.fromtimestamp(at_ns / 1e9).astimezone())
        records = self.logs.setdefault(log.objectIdentifier, [])
        records.append(LogRecord(timestamp=stamp, logDatum=datum, statusFlags=StatusFlags([0, 0, 0, 0])))
        if len(records) > LONGEST_LOG:
            del records[0]
            self.shed[log.objectIdentifier] = self.shed.get(log.objectIdentifier, 0) + 1
        log.recordCount = len(records)
        log.totalRecordCount = len(records) + self.shed.get(log.objectIdentifier, 0)

    # What the library calls

    async def indication(self, apdu: Any) -> None:
        code = _CODES.get(self.fault)
        if code is not None and isinstance(apdu, ConfirmedRequestPDU):
            service = apdu.apduService
            await self.response(
                Error(service_choice=service, errorClass="device", errorCode=code, context=apdu)
            )
            return
        await super().indication(apdu)

    def cov_confirmation(self, cov: Any, future: Any) -> None:
        """A subscriber that is gone is no news."""
        del cov
        with contextlib.suppress(Exception, ErrorRejectAbortNack):
            future.result()

    async def do_AddListElementRequest(self, apdu: AddListElementRequest) -> None:  # noqa: N802
        entries, new = self._list(apdu)
        entries.extend(entry for entry in new if entry not in entries)
        await self.response(SimpleAckPDU(context=apdu))

    async def do_RemoveListElementRequest(self, apdu: RemoveListElementRequest) -> None:  # noqa: N802
        entries, gone = self._list(apdu)
        if not all(entry in entries for entry in gone):
            raise ExecutionError(errorClass="services", errorCode="listElementNotFound")
        for entry in gone:
            entries.remove(entry)
        await self.response(SimpleAckPDU(context=apdu))

    async def do_GetEventInformationRequest(self, apdu: GetEventInformationRequest) -> None:  # noqa: N802
        odd = [
            played
            for played in self.objectIdentifier.values()
            if getattr(played, "eventState", None) not in (None, EventState("normal"))
            or not all(getattr(played, "ackedTransitions", [1]))
        ]
        summaries = [
            GetEventInformationEventSummary(
                objectIdentifier=played.objectIdentifier,
                eventState=played.eventState,
                acknowledgedTransitions=getattr(played, "ackedTransitions", EventTransitionBits([1, 1, 1])),
                eventTimeStamps=list(getattr(played, "eventTimeStamps", [TimeStamp(sequenceNumber=0)] * 3)),
                notifyType="alarm",
                eventEnable=EventTransitionBits([1, 1, 1]),
                eventPriorities=[_CLASS_PRIORITY] * 3,
            )
            for played in odd
        ]
        await self.response(
            GetEventInformationACK(listOfEventSummaries=summaries, moreEvents=False, context=apdu)
        )

    async def do_AcknowledgeAlarmRequest(self, apdu: AcknowledgeAlarmRequest) -> None:  # noqa: N802
        played, at = self.get_object_id(apdu.eventObjectIdentifier), transition(apdu.eventStateAcknowledged)
        if played is None:
            raise ExecutionError(errorClass="object", errorCode="unknownObject")
        if _told(apdu.timeStamp) != _told(played.eventTimeStamps[at]):
            raise ExecutionError(errorClass="services", errorCode="invalidTimeStamp")
        acked = [int(bit) for bit in played.ackedTransitions]
        acked[at] = 1
        played.ackedTransitions = EventTransitionBits(acked)
        await self.response(SimpleAckPDU(context=apdu))
        played._written("ackedTransitions")

    async def do_ReadRangeRequest(self, apdu: ReadRangeRequest) -> None:  # noqa: N802
        records = self.logs.get(apdu.objectIdentifier, [])
        wanted = apdu.range.bySequenceNumber
        if wanted is None:
            raise ExecutionError(errorClass="services", errorCode="parameterOutOfRange")
        before = self.shed.get(apdu.objectIdentifier, 0)
        first = max(int(wanted.referenceSequenceNumber), before + 1)
        chosen = records[first - before - 1 :][: int(wanted.count)]
        flags = [first == before + 1, first + len(chosen) > before + len(records), False]
        answer = ReadRangeACK(
            objectIdentifier=apdu.objectIdentifier,
            propertyIdentifier=apdu.propertyIdentifier,
            resultFlags=ResultFlags([int(flag) for flag in flags]),
            itemCount=len(chosen),
            itemData=AnyData(ListOf(LogRecord)(chosen)),
            context=apdu,
        )
        if chosen:
            answer.firstSequenceNumber = first
        await self.response(answer)

    # Inside

    def _list(self, apdu: Any) -> tuple[Any, Any]:
        found = self.get_object_id(apdu.objectIdentifier)
        if found is None:
            raise ExecutionError(errorClass="object", errorCode="unknownObject")
        if not isinstance(found, NotificationClassObject) or str(apdu.propertyIdentifier) != "recipient-list":
            raise ExecutionError(errorClass="services", errorCode="propertyIsNotAList")
        return found.recipientList, apdu.listOfElements.cast_out(ListOf(Destination))

    def _classes(self) -> list[Any]:
        return [one for one in self.objectIdentifier.values() if isinstance(one, NotificationClassObject)]

    async def _notify(
        self, recipient: Any, class_: int, played: Any, state: int, before: int, stamp: Any
    ) -> None:
        whom = recipient.recipient
        if whom.address is None:
            return  # known by its instance only, and nobody looks it up here
        confirmed = bool(recipient.issueConfirmedNotifications)
        kind = ConfirmedEventNotificationRequest if confirmed else UnconfirmedEventNotificationRequest
        assert self.device_object is not None
        request = kind(
            processIdentifier=recipient.processIdentifier,
            initiatingDeviceIdentifier=self.device_object.objectIdentifier,
            eventObjectIdentifier=played.objectIdentifier,
            timeStamp=stamp,
            notificationClass=class_,
            priority=_CLASS_PRIORITY,
            eventType="changeOfState",
            notifyType="alarm",
            ackRequired=bool(ACK_REQUIRED[transition(state)]),
            fromState=EventState(before),
            toState=EventState(state),
            destination=Address(bytes(whom.address.macAddress)),
        )
        with contextlib.suppress(Exception, ErrorRejectAbortNack):
            await self.request(request)

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._notifying.add(task)
        task.add_done_callback(self._notifying.discard)


def _told(stamp: Any) -> tuple[Any, ...]:
    """A time stamp, to be compared."""
    if stamp.dateTime is None:
        return stamp.time, stamp.sequenceNumber
    return tuple(stamp.dateTime.date), tuple(stamp.dateTime.time)


def _now() -> Any:
    return _at(datetime.now().astimezone())


def _at(moment: datetime) -> Any:
    """The local time of this machine, which is what a played device shows."""
    local = moment.astimezone()
    date = Date((local.year - 1900, local.month, local.day, local.isoweekday()))
    return DateTime(
        date=date, time=Time((local.hour, local.minute, local.second, local.microsecond // 10_000))
    )

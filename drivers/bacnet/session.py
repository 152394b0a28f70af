"""One remote device, once it has been found: what it can do, and how it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.text import Text
from drivers.bacnet import services
from drivers.bacnet.address import Address
from drivers.bacnet.apdu import SUPPORTED_BIT, Confirmed, Kind, Pdu, error
from drivers.bacnet.exchange import Silence
from drivers.bacnet.names import PROPERTIES, Abortion, ErrorClass, ErrorCode, Rejection
from drivers.bacnet.services import DEVICE, Answer, Ref, Refusal
from drivers.bacnet.station import Station
from drivers.bacnet.tags import Malformed, ObjectId
from drivers.errors import LinkError

ATTEMPTS = 3
"""So often is asked what changes nothing: datagrams get lost. After as many time-outs the device is lost."""
SMALLEST_APDU = 50
USUAL_APDU = 480
TOO_LONG = Refusal(ErrorClass.RESOURCES, 0)
"""Of a property whose value the device cannot send in one piece."""
RECOVERS_AFTER = 50
"""So many answers after a silence twice as much is asked for again; twice as many after the next silence."""
MOST_ANSWERS = 12_800
_HEADER = 20
_PER_OBJECT, _PER_PROPERTY = 8, 12
"""Bytes that an answer takes for an object and for a short property of it."""
_TOO_LONG = (Abortion.BUFFER_OVERFLOW, Abortion.SEGMENTATION_NOT_SUPPORTED, Abortion.APDU_TOO_LONG)
_CANNOT_NOW = Refusal(ErrorClass.DEVICE, ErrorCode.OPERATIONAL_PROBLEM)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a device says of itself."""

    max_apdu: int
    services: tuple[bool, ...]

    def has(self, service: Confirmed) -> bool:
        bit = SUPPORTED_BIT[service]
        return bit < len(self.services) and self.services[bit]


class Session:
    """`known` before anything else."""

    def __init__(
        self, station: Station, address: Address, instance: int, timeout_s: float, most: int, pacing_s: float
    ) -> None:
        """`most`: what one ReadPropertyMultiple may ask for."""
        self.station = station
        self.address = address
        self.device = ObjectId(DEVICE, instance)
        self.abilities = Abilities(SMALLEST_APDU, ())
        self._timeout_s = timeout_s
        self._able = most
        """What the device can take, as far as it has said."""
        self._most = most
        """What is asked for at once: less after it was silent, for it may be slow."""
        self._answered = 0
        self._recovers_after = RECOVERS_AFTER
        self._peer = station.peer(address)
        self._peer.gap.gap_s = max(self._peer.gap.gap_s, pacing_s)

    @property
    def name(self) -> Text:
        device, at = self.device.instance, self.address.name
        return Text(f"BACnet 设备 {device}（{at.zh}）", f"BACnet device {device} at {at.en}")

    def __str__(self) -> str:
        return self.name.en

    async def known(self, attempts: int = 1) -> None:
        """Prove that this device answers, and hear what it can do. Raises LinkError."""
        max_apdu = await self._own_property(PROPERTIES["max-apdu-length-accepted"], attempts)
        supported = await self._own_property(PROPERTIES["protocol-services-supported"], ATTEMPTS)
        self.abilities = Abilities(
            max(max_apdu, SMALLEST_APDU) if isinstance(max_apdu, int) else USUAL_APDU,
            tuple(bit is True for bit in supported) if isinstance(supported, tuple) else (),
        )
        if not self.abilities.has(Confirmed.READ_PROPERTY_MULTIPLE):
            self._able = self._most = 1

    async def _own_property(self, number: int, attempts: int) -> object:
        """None where the device does not tell, though the standard says that it must."""
        ref = Ref(self.device, number)
        answer = await self._read_one(ref, attempts)
        if isinstance(answer, Refusal):
            if answer.error_class == ErrorClass.OBJECT:
                raise LinkError(
                    f"{self.address.name.zh} 处的设备不是 {self.device.instance}：{answer.why.zh}",
                    f"at {self.address} is another device than {self.device.instance}: {answer}",
                )
            if not answer.is_missing:
                raise LinkError(
                    f"{self.name.zh} 未给出 {ref}：{answer.why.zh}", f"{self} does not tell {ref}: {answer}"
                )
            return None
        return answer[0].value if len(answer) == 1 else None

    async def ask(self, service: int, payload: bytes, attempts: int = ATTEMPTS) -> Pdu:
        """An acknowledgement, an error, a reject or an abort. Raises LinkError."""
        while True:
            try:
                pdu = await self.station.ask(self.address, self._peer, service, payload, self._timeout_s)
            except Silence:
                attempts -= 1
                if attempts <= 0:
                    raise
            else:
                return pdu

    async def command(self, service: int, payload: bytes) -> Pdu:
        """As `ask`, but sent once and ahead of what other devices are asked. Raises Silence, LinkError."""
        return await self.station.ask(
            self.address, self._peer, service, payload, self._timeout_s, urgent=True
        )

    def nonsense(self, error: Malformed) -> LinkError:
        return LinkError(f"{self.name.zh} 的应答无法解读：{error}", f"{self} answers nonsense: {error}")

    async def read(self, refs: Sequence[Ref]) -> dict[Ref, Answer]:
        """Every property asked for. Raises LinkError."""
        answers: dict[Ref, Answer] = {}
        at = 0
        while at < len(refs):
            batch = self._batch(refs, at)
            at += len(batch)
            await self._read(batch, answers)
        return answers

    def _batch(self, refs: Sequence[Ref], at: int) -> Sequence[Ref]:
        """What one request may ask for from `at` on, so that question and answer need no segments."""
        room = self.abilities.max_apdu - _HEADER
        end, last = at, None
        while end < len(refs) and end - at < self._most:
            room -= _PER_PROPERTY + (_PER_OBJECT if refs[end].object != last else 0)
            if room < 0 and end > at:
                break
            last = refs[end].object
            end += 1
        return refs[at:end]

    async def _read(self, batch: Sequence[Ref], answers: dict[Ref, Answer]) -> None:
        if len(batch) == 1 or self._most == 1:
            for ref in batch:
                answers[ref] = await self._read_one(ref)
            return
        payload = services.read_property_multiple(batch)
        try:
            pdu = await self.ask(Confirmed.READ_PROPERTY_MULTIPLE, payload, ATTEMPTS - 1)
        except Silence:
            # the last attempt asks for less: a slow device may not manage so much within its time
            self._most = max(len(batch) // 2, 2)
            self._answered, self._recovers_after = 0, min(2 * self._recovers_after, MOST_ANSWERS)
            await self._read_halves(batch, answers, attempts=1)
            return
        if pdu.kind == Kind.COMPLEX_ACK:
            answers.update(zip(batch, self._decoded_batch(pdu, batch), strict=True))
            self._recover()
        elif _is_unknown_service(pdu):
            self._able = self._most = 1
            await self._read(batch, answers)
        elif _is_too_long(pdu):
            before, self._able = self._able, max(len(batch) // 2, 1)
            self._most = self._able
            await self._read_halves(batch, answers)
            if any(answers[ref] == TOO_LONG for ref in batch):
                self._able = self._most = before  # one property is too long, not their number
        else:
            await self._read_halves(batch, answers)
            if len(batch) == 2 and not any(isinstance(answers[ref], Refusal) for ref in batch):
                self._able = self._most = 1  # it refuses together what it tells one by one

    def _recover(self) -> None:
        """It answers; what was lost may have been a datagram on its way."""
        if self._most < self._able:
            self._answered += 1
            if self._answered >= self._recovers_after:
                self._answered, self._most = 0, min(2 * self._most, self._able)

    async def _read_halves(
        self, batch: Sequence[Ref], answers: dict[Ref, Answer], attempts: int = ATTEMPTS
    ) -> None:
        middle = len(batch) // 2
        if attempts == 1:
            answers[batch[0]] = await self._read_one(batch[0], attempts)
        for half in (batch[:middle], batch[middle:]):
            await self._read(half, answers)

    async def _read_one(self, ref: Ref, attempts: int = ATTEMPTS) -> Answer:
        pdu = await self.ask(Confirmed.READ_PROPERTY, services.read_property(ref), attempts)
        match pdu.kind:
            case Kind.COMPLEX_ACK:
                try:
                    return services.property_read(pdu.payload, ref)
                except Malformed as error:
                    raise self.nonsense(error) from error
            case Kind.ERROR:
                return self._refusal(pdu)
            case _:
                return TOO_LONG if _is_too_long(pdu) else _CANNOT_NOW

    def _decoded_batch(self, pdu: Pdu, batch: Sequence[Ref]) -> list[Answer]:
        try:
            return services.properties_read(pdu.payload, batch)
        except Malformed as error:
            raise self.nonsense(error) from error

    def _refusal(self, pdu: Pdu) -> Refusal:
        try:
            return Refusal(*error(pdu.payload))
        except Malformed as malformed:
            raise self.nonsense(malformed) from malformed


def _is_unknown_service(pdu: Pdu) -> bool:
    if pdu.kind == Kind.REJECT:
        return pdu.reason == Rejection.UNRECOGNIZED_SERVICE
    return False


def _is_too_long(pdu: Pdu) -> bool:
    match pdu.kind:
        case Kind.ABORT:
            return pdu.reason in _TOO_LONG
        case Kind.REJECT:
            return pdu.reason in (Rejection.BUFFER_OVERFLOW, Rejection.TOO_MANY_ARGUMENTS)
        case _:
            return False

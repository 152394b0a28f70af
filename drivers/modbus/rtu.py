"""Modbus RTU framing, pure: what the answer to a request looks like, and how it is found among what came.

A frame is unit, PDU, CRC with its low byte first. Nothing in an answer says how long it is or to which
question it belongs, so both are known from the request. See "Modbus over Serial Line 1.02", section 2.5.
"""

from collections.abc import Callable, Collection

from pymodbus.framer.rtu import FramerRTU

from config.text import Text
from drivers.errors import FramingError
from drivers.modbus.mbap import ERROR_FLAG, Function, obeyed

BROADCAST = 0
SHORTEST = 5
"""Bytes of a frame, which is that of an exception."""
LONGEST_READ = 250
"""Bytes of data that a read brings at most."""
READS_OF_BITS = frozenset({Function.READ_COILS, Function.READ_DISCRETE})
READS = READS_OF_BITS | {Function.READ_HOLDING, Function.READ_INPUT}


def framed(unit: int, pdu: bytes) -> bytes:
    body = bytes([unit]) + pdu
    return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")  # pymodbus has swapped it


def is_sound(frame: bytes) -> bool:
    return len(frame) >= SHORTEST and FramerRTU.check_CRC(frame[:-2], int.from_bytes(frame[-2:], "big"))


def awaited(pdu: bytes) -> tuple[bytes, int]:
    """How the PDU of the answer to the request `pdu` begins and how long it is, if it is no exception."""
    count = int.from_bytes(pdu[3:5], "big")
    match pdu[0]:
        case Function.READ_COILS | Function.READ_DISCRETE:
            size = (count + 7) // 8
            return bytes([pdu[0], size]), 2 + size
        case Function.READ_HOLDING | Function.READ_INPUT:
            return bytes([pdu[0], 2 * count]), 2 + 2 * count
        case _:
            return pdu[:3], len(obeyed(pdu))


def cutter(unit: int, pdu: bytes) -> Callable[[bytes], bytes | None]:
    """What finds the PDU of the answer of `unit` to the request `pdu` among noise and others' answers.

    It raises FramingError when the answer came damaged, or when the request itself came back.
    """
    request = framed(unit, pdu)
    head, size = awaited(pdu)
    forms = (
        (bytes([unit]) + head, size + 3),
        (bytes([unit, pdu[0] | ERROR_FLAG]), SHORTEST),
    )

    def cut(received: bytes) -> bytes | None:
        if pdu[0] in READS and received.startswith(request):
            raise FramingError(
                "收到的是所发请求本身；转换器有回显时请设 echo = true",
                "the request itself came back; set echo = true if the adapter echoes",
            )
        for start, length in forms:
            at = received.find(start)
            while at >= 0:
                frame = received[at : at + length]
                if len(frame) == length and is_sound(frame):
                    return frame[1:-2]
                at = received.find(start, at + 1)
        for start, length in forms:
            if len(received) >= length and received.startswith(start):
                seen = received[:length].hex(" ")
                raise FramingError(f"{seen} 的校验和不对", f"the checksum of {seen} is wrong")
        return None

    return cut


def diagnosis(unit: int, pdu: bytes, received: bytes) -> Text:
    """What is wrong with what came instead of the answer."""
    if is_sound(received):
        if received[0] != unit:
            return Text(
                f"询问从站 {unit}，应答的却是从站 {received[0]}",
                f"unit {received[0]} answered for unit {unit}",
            )
        if received[1] & ~ERROR_FLAG != pdu[0]:
            return Text(
                f"询问功能码 {pdu[0]}，应答的却是功能码 {received[1]}",
                f"function {received[1]} answered function {pdu[0]}",
            )
        came, size = len(received) - 3, awaited(pdu)[1]
        return Text(
            f"收到 {came} 字节，应答应为 {size} 字节；或是另一询问的迟到应答",
            f"{came} bytes came where the answer takes {size}; too late an answer to another?",
        )
    seen, asked = received[:16].hex(" "), framed(unit, pdu).hex(" ")
    return Text(f"{seen} 不是 {asked} 的应答", f"{seen} is no answer to {asked}")


def other_read(pdu: bytes, but: Collection[bytes]) -> bytes | None:
    """A read of the same place whose answer is as long as none of those that begin with one of `but`."""
    step = 8 if pdu[0] in READS_OF_BITS else 1
    first = int.from_bytes(pdu[1:3], "big")
    wanted = -(-int.from_bytes(pdu[3:5], "big") // step)
    most = min(LONGEST_READ if step == 8 else LONGEST_READ // 2, (0x10000 - first) // step)
    for count in (*range(min(wanted, most), 0, -1), *range(wanted + 1, most + 1)):
        other: bytes = pdu[:3] + (count * step).to_bytes(2, "big")
        if awaited(other)[0] not in but:
            return other
    return None

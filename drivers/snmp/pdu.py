"""Protocol data units (RFC 3416), and traps of version 1 as RFC 3584 section 3.1 turns them into new ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from config.text import Text
from drivers.snmp import ber
from drivers.snmp.ber import Malformed

MOST_VARBINDS = 2048


class Type(IntEnum):
    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3
    TRAP_V1 = 0xA4
    GET_BULK = 0xA5
    INFORM = 0xA6
    TRAP = 0xA7
    REPORT = 0xA8


class Status(IntEnum):
    """Error status (RFC 3416 section 3)."""

    NO_ERROR = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    BAD_VALUE = 3
    READ_ONLY = 4
    GEN_ERR = 5
    NO_ACCESS = 6
    WRONG_TYPE = 7
    WRONG_LENGTH = 8
    WRONG_ENCODING = 9
    WRONG_VALUE = 10
    NO_CREATION = 11
    INCONSISTENT_VALUE = 12
    RESOURCE_UNAVAILABLE = 13
    COMMIT_FAILED = 14
    UNDO_FAILED = 15
    AUTHORIZATION_ERROR = 16
    NOT_WRITABLE = 17
    INCONSISTENT_NAME = 18


_CHINESE: Final = {
    Status.NO_ERROR: "没有错误",
    Status.TOO_BIG: "应答过长",
    Status.NO_SUCH_NAME: "没有该变量",
    Status.BAD_VALUE: "值无效",
    Status.READ_ONLY: "变量只读",
    Status.GEN_ERR: "设备内部错误",
    Status.NO_ACCESS: "无权访问",
    Status.WRONG_TYPE: "数据类型不符",
    Status.WRONG_LENGTH: "长度不符",
    Status.WRONG_ENCODING: "编码不符",
    Status.WRONG_VALUE: "值不被允许",
    Status.NO_CREATION: "不能创建该变量",
    Status.INCONSISTENT_VALUE: "值与设备当前状态不符",
    Status.RESOURCE_UNAVAILABLE: "设备资源不足",
    Status.COMMIT_FAILED: "写入失败",
    Status.UNDO_FAILED: "写入失败且未能撤销",
    Status.AUTHORIZATION_ERROR: "未获授权",
    Status.NOT_WRITABLE: "变量不能写入",
    Status.INCONSISTENT_NAME: "设备当前状态下不能创建该变量",
}


def status_text(status: int) -> Text:
    try:
        known = Status(status)
    except ValueError:
        return Text(f"错误 {status}", f"error {status}")
    return Text(
        f"错误 {status}，{_CHINESE[known]}", f"error {status}, {known.name.lower().replace('_', ' ')}"
    )


class Varbind(NamedTuple):
    """A variable as it travels: what its content means is looked at only where somebody wants it."""

    oid: bytes
    tag: int = ber.NULL
    content: bytes = b""

    def encoded(self) -> bytes:
        return ber.tlv(ber.SEQUENCE, ber.tlv(ber.OID, self.oid) + ber.tlv(self.tag, self.content))


@dataclass(frozen=True, slots=True)
class Pdu:
    type: Type
    id: int
    varbinds: Sequence[Varbind]
    status: int = 0
    """Of a GET_BULK: the non-repeaters."""
    index: int = 0
    """Of a GET_BULK: the repetitions."""

    def encoded(self) -> bytes:
        content = ber.integer(self.id) + ber.integer(self.status) + ber.integer(self.index)
        varbinds = b"".join([varbind.encoded() for varbind in self.varbinds])
        return ber.tlv(self.type, content + ber.tlv(ber.SEQUENCE, varbinds))


def decoded(tag: int, content: bytes) -> Pdu:
    """Raises Malformed."""
    try:
        type_ = Type(tag)
    except ValueError:
        raise Malformed(f"there is no PDU {tag:#04x}") from None
    if type_ is Type.TRAP_V1:
        return _trap_v1(content)
    id_, status, index, varbinds = ber.members(content, ber.INTEGER, ber.INTEGER, ber.INTEGER, ber.SEQUENCE)
    return Pdu(type_, ber.whole(id_), tuple(_varbinds(varbinds)), ber.whole(status), ber.whole(index))


def _varbinds(data: bytes) -> Iterator[Varbind]:
    for count, (tag, content) in enumerate(ber.parts(data)):
        if tag != ber.SEQUENCE or count >= MOST_VARBINDS:
            raise Malformed(f"{tag:#04x} at place {count} of the variables")
        name, start, end = ber.read(content)
        if name != ber.OID:
            raise Malformed(f"a variable named by {name:#04x}")
        type_, first, last = ber.read(content, end)
        if last != len(content):
            raise Malformed(f"{len(content) - last} octets too many after a variable")
        yield Varbind(content[start:end], type_, content[first:last])


SYS_UP_TIME = ber.oid_content("1.3.6.1.2.1.1.3.0")
TRAP_OID = ber.oid_content("1.3.6.1.6.3.1.1.4.1.0")
_GENERIC_TRAPS = "1.3.6.1.6.3.1.1.5"
_ENTERPRISE_SPECIFIC = 6
_IP_ADDRESS, _TIMETICKS = 0x40, 0x43


def _trap_v1(content: bytes) -> Pdu:
    enterprise, _, generic, specific, ticks, varbinds = ber.members(
        content, ber.OID, _IP_ADDRESS, ber.INTEGER, ber.INTEGER, _TIMETICKS, ber.SEQUENCE
    )
    kind, number = ber.whole(generic), ber.whole(specific)
    if kind == _ENTERPRISE_SPECIFIC:
        if number < 0:
            raise Malformed(f"trap number {number}")
        trap = f"{ber.oid_text(enterprise)}.0.{number}"
    elif 0 <= kind < _ENTERPRISE_SPECIFIC:
        trap = f"{_GENERIC_TRAPS}.{kind + 1}"
    else:
        raise Malformed(f"generic trap {kind}")
    first = Varbind(SYS_UP_TIME, _TIMETICKS, ticks)
    second = Varbind(TRAP_OID, ber.OID, ber.oid_content(trap))
    return Pdu(Type.TRAP, 0, (first, second, *_varbinds(varbinds)))

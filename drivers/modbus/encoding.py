"""Writing a value: from a number to the one request that carries it. Pure."""

import math
import struct

from config.text import Text
from drivers.errors import WriteError
from drivers.modbus import mbap
from drivers.modbus.registers import Kind, Register, Table

_FORMATS = {
    Kind.BOOL: "H",
    Kind.INT16: "h",
    Kind.UINT16: "H",
    Kind.INT32: "i",
    Kind.UINT32: "I",
    Kind.INT64: "q",
    Kind.UINT64: "Q",
    Kind.FLOAT32: "f",
    Kind.FLOAT64: "d",
}


def write_request(register: Register, value: float | str, *, multiple: bool, mask: bool) -> bytes:
    """The PDU that writes `value`, unscaled, into `register`.

    `multiple` forces function 15 or 16 where 5 or 6 would do; `mask` says that the device knows function
    22, without which a field inside a register cannot be written: reading, changing and writing back
    would undo what the device itself changed in between. Raises WriteError before anything is sent.
    """
    where = register.place
    if not register.table.writable:
        raise _refused(
            where,
            f"{register.table.chinese}不能写入；请改用 coil 或 holding",
            f"the {register.table} table cannot be written; use coil or holding",
        )
    if register.table is Table.COIL:
        on = bool(_whole(where, value, 0, 1))
        if multiple:
            return mbap.write_coils_pdu(register.address, [on])
        return mbap.write_coil_pdu(register.address, on)
    if register.bit is not None:
        return _write_field(register, where, value, mask=mask)
    words = encode(register, value)
    if len(words) == 2 and not multiple:
        return mbap.write_register_pdu(register.address, int.from_bytes(words, "big"))
    return mbap.write_registers_pdu(register.address, words)


def encode(register: Register, value: float | str) -> bytes:
    """The registers of `value` as they travel, two bytes each. Raises WriteError where it does not fit."""
    where = register.place
    kind = register.kind
    if kind is Kind.STRING:
        return _ordered(register, _text(register, where, value))
    if isinstance(value, str):
        raise _refused(
            where,
            f"文本 {value!r} 不能写入类型为 {kind} 的测点",
            f"the text {value!r} cannot be written to a {kind}",
        )
    if kind in (Kind.BCD16, Kind.BCD32):
        digits = 4 * kind.words
        number = _whole(where, value, 0, 10**digits - 1)
        return _ordered(register, bytes.fromhex(f"{number:0{digits}d}"))
    if kind in (Kind.FLOAT32, Kind.FLOAT64):
        if not math.isfinite(value):
            raise _refused(where, f"{value} 不是可写入的数", f"{value} is not a number that can be written")
        try:
            return _ordered(register, struct.pack(">" + _FORMATS[kind], value))
        except OverflowError as error:
            raise _refused(
                where, f"{value} 超出 {kind} 的范围", f"{value} is too large for a {kind}"
            ) from error
    low, high = limits(kind)
    return _ordered(register, struct.pack(">" + _FORMATS[kind], _whole(where, value, low, high)))


def limits(kind: Kind) -> tuple[int, int]:
    """Lowest and highest value of a kind that holds whole numbers."""
    if kind is Kind.BOOL:
        return 0, 1
    if kind in (Kind.BCD16, Kind.BCD32):
        return 0, 10 ** (4 * kind.words) - 1
    span = 1 << 16 * kind.words
    return (0, span - 1) if kind.value.startswith("u") else (-span // 2, span // 2 - 1)


def _write_field(register: Register, where: Text, value: float | str, *, mask: bool) -> bytes:
    if not mask:
        raise _refused(
            Text(f"{where.zh} 第 {register.bit} 位", f"{where.en} bit {register.bit}"),
            "寄存器的位只能用功能码 22 写入；设备支持时请设 mask_write = true",
            "a bit of a register can only be written with function 22; "
            "set mask_write = true if the device knows it",
        )
    assert register.bit is not None
    number = _whole(where, value, 0, (1 << register.bits) - 1)
    field = ((1 << register.bits) - 1) << register.bit
    put = number << register.bit
    keep = 0xFFFF ^ field
    if register.order.low_byte_first:
        keep, put = (int.from_bytes(word.to_bytes(2, "little"), "big") for word in (keep, put))
    return mbap.mask_write_pdu(register.address, keep, put)


def _whole(where: Text, value: float | str, low: int, high: int) -> int:
    if isinstance(value, str) or not math.isfinite(value):
        raise _refused(
            where,
            f"{value!r} 不是 {low} 至 {high} 之间的整数",
            f"{value!r} is not a whole number from {low} to {high}",
        )
    number = round(value)
    if not low <= number <= high:
        raise _refused(where, f"{number} 超出范围 {low} 至 {high}", f"{number} is outside {low} to {high}")
    return number


def _text(register: Register, where: Text, value: float | str) -> bytes:
    if not isinstance(value, str):
        raise _refused(where, f"{value} 不能写入文本测点", f"{value} cannot be written to a string")
    try:
        text = value.encode(register.encoding)
    except UnicodeEncodeError as error:
        raise _refused(
            where,
            f"{value!r} 不能用 {register.encoding} 编码写入",
            f"{value!r} cannot be written as {register.encoding}",
        ) from error
    if len(text) > 2 * register.length:
        raise _refused(
            where,
            f"{value!r} 占 {len(text)} 字节，测点只有 {2 * register.length} 字节",
            f"{value!r} takes {len(text)} bytes, the point has {2 * register.length}",
        )
    return text.ljust(2 * register.length, b"\0")


def _ordered(register: Register, big: bytes) -> bytes:
    words = [big[at : at + 2] for at in range(0, len(big), 2)]
    if register.order.low_byte_first:
        words = [word[::-1] for word in words]
    if register.order.low_word_first and register.kind is not Kind.STRING:
        words.reverse()
    return b"".join(words)


def _refused(where: Text, zh: str, en: str) -> WriteError:
    return WriteError(f"{where.zh}：{zh}", f"{where.en}: {en}")

"""From the answers of many devices to one matrix: every kind of value is decoded for all rows at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drivers.driver import Columns, Quality
from drivers.modbus.registers import Block, Kind, ReadLimits, Register, plan

_NUMBERS = {
    Kind.INT16: "i2",
    Kind.UINT16: "u2",
    Kind.INT32: "i4",
    Kind.UINT32: "u4",
    Kind.INT64: "i8",
    Kind.UINT64: "u8",
    Kind.FLOAT32: "f4",
    Kind.FLOAT64: "f8",
    Kind.BOOL: "u2",
    Kind.BCD16: "u2",
    Kind.BCD32: "u4",
}


@dataclass(frozen=True, slots=True)
class Irregular:
    """A scan that lacks something: the image with zeros there, and the columns that must not be used."""

    image: bytes
    bad: tuple[tuple[int, Quality], ...]


RawScan = bytes | Irregular
"""The payloads of the planned blocks, joined in the layout's order."""

_Step = Callable[[NDArray[np.uint8], NDArray[np.float64], NDArray[np.uint8], dict[int, Sequence[str]]], None]


class RegisterDecoder:
    """Decoder of one template: `registers` is its table of points, in order.

    `blocks` are the planned reads in the order of the image; a register of a word table begins at byte
    `offsets[column]` of it, a bit of a bit table at bit `offsets[column]`.
    """

    def __init__(self, registers: Sequence[Register], limits: ReadLimits) -> None:
        self.registers = tuple(registers)
        self.limits = limits
        planned = plan(self.registers, limits)
        # Words first, so that they stay aligned whatever the bit tables need.
        self.blocks = tuple(sorted(planned, key=lambda block: block.table.of_bits))
        self.offsets, self.size = self._laid_out()
        self._word_bytes = sum(block.size_bytes for block in self.blocks if not block.table.of_bits)
        self._steps = tuple(self._compiled())

    def decode(self, raws: Sequence[RawScan]) -> Columns:
        joined = b"".join([raw if type(raw) is bytes else _image(raw) for raw in raws])
        images = np.frombuffer(joined, np.uint8).reshape(len(raws), self.size)
        values = np.empty((len(raws), len(self.registers)))
        quality = np.zeros(values.shape, np.uint8)
        texts: dict[int, Sequence[str]] = {}
        for step in self._steps:
            step(images, values, quality, texts)
        for row, raw in enumerate(raws):
            if type(raw) is Irregular:
                for column, reason in raw.bad:
                    values[row, column] = np.nan
                    quality[row, column] = reason
        return Columns(values, quality, texts)

    def first_of(self, block: Block) -> Block:
        """The read of its first point alone."""
        (first, *_) = plan(self.registers, self.limits, block.columns[:1])
        return first

    def image(self, parts: Iterable[tuple[Block, bytes]]) -> bytes:
        """The image of reads that differ from the plan; what they did not fetch is zero."""
        image = bytearray(self.size)
        for block, payload in parts:
            for column in block.columns:
                register, to = self.registers[column], self.offsets[column]
                at = register.address - block.address
                if block.table.of_bits:
                    image[to >> 3] |= (payload[at >> 3] >> (at & 7) & 1) << (to & 7)
                else:
                    image[to : to + 2 * register.size] = payload[2 * at : 2 * (at + register.size)]
        return bytes(image)

    def _laid_out(self) -> tuple[tuple[int, ...], int]:
        offsets = [0] * len(self.registers)
        begin = 0
        for block in self.blocks:
            for column in block.columns:
                at = self.registers[column].address - block.address
                offsets[column] = begin * 8 + at if block.table.of_bits else begin + 2 * at
            begin += block.size_bytes
        return tuple(offsets), begin

    def _compiled(self) -> Iterable[_Step]:
        bits = [column for column, register in enumerate(self.registers) if register.table.of_bits]
        if bits:
            yield self._bits_step(bits)
        groups: dict[tuple[object, ...], list[int]] = {}
        for column, register in enumerate(self.registers):
            if register.table.of_bits:
                continue
            if register.kind is Kind.STRING:
                yield self._text_step(column)
                continue
            shape = (register.kind, register.order, register.bit is not None)
            groups.setdefault(shape, []).append(column)
        for columns in groups.values():
            yield self._number_step(columns)

    def _bits_step(self, columns: Sequence[int]) -> _Step:
        into = _compact(columns)
        at = np.array([self.offsets[column] for column in columns])
        byte, shift = at >> 3, (at & 7).astype(np.uint8)

        def step(
            images: NDArray[np.uint8],
            values: NDArray[np.float64],
            _quality: NDArray[np.uint8],
            _texts: Mapping[int, Sequence[str]],
        ) -> None:
            values[:, into] = images[:, byte] >> shift & 1

        return step

    def _text_step(self, column: int) -> _Step:
        register, start = self.registers[column], self.offsets[column]

        def step(
            images: NDArray[np.uint8],
            values: NDArray[np.float64],
            _quality: NDArray[np.uint8],
            texts: dict[int, Sequence[str]],
        ) -> None:
            letters = images[:, start : start + 2 * register.length].reshape(len(images), -1, 2)
            if register.order.low_byte_first:
                letters = letters[:, :, ::-1]
            texts[column] = [_text(row.tobytes(), register.encoding) for row in letters]
            values[:, column] = np.nan

        return step

    def _number_step(self, columns: Sequence[int]) -> _Step:
        first = self.registers[columns[0]]
        into = _compact(columns)
        at: list[int] = []
        for column in columns:
            word = self.offsets[column] // 2
            own = list(range(word, word + first.kind.words))
            # Words swapped here and bytes swapped by the dtype give all four orders.
            at.extend(own[::-1] if first.order.low_word_first != first.order.low_byte_first else own)
        pick = _compact(at)
        dtype = np.dtype(("<" if first.order.low_byte_first else ">") + _NUMBERS[first.kind])
        finish = self._finish(columns)
        word_bytes = self._word_bytes

        def step(
            images: NDArray[np.uint8],
            values: NDArray[np.float64],
            quality: NDArray[np.uint8],
            _texts: Mapping[int, Sequence[str]],
        ) -> None:
            words = images[:, :word_bytes].view(">u2")
            numbers = words[:, pick] if isinstance(pick, slice) else words.take(pick, axis=1)
            numbers = numbers.view(dtype)
            if finish is None:
                values[:, into] = numbers
            else:
                finished, broken = finish(numbers)
                if broken.any():
                    # Before they are widened: a signalling NaN is warned of when it is.
                    finished = np.where(broken, np.nan, finished)
                    quality[:, into] = np.where(broken, np.uint8(Quality.BAD_SENSOR_FAULT), quality[:, into])
                values[:, into] = finished

        return step

    def _finish(
        self, columns: Sequence[int]
    ) -> Callable[[NDArray[np.generic]], tuple[NDArray[np.generic], NDArray[np.bool_]]] | None:
        """What is left to do once the words have become numbers; None for plain integers."""
        first = self.registers[columns[0]]
        if first.bit is not None:
            shift = np.array([self.registers[column].bit for column in columns], np.uint64)
            mask = np.array([(1 << self.registers[column].bits) - 1 for column in columns], np.uint64)
            return lambda numbers: (numbers.astype(np.uint64) >> shift & mask, np.zeros(1, np.bool_))
        match first.kind:
            case Kind.BOOL:
                return lambda numbers: (numbers != 0, np.zeros(1, np.bool_))
            case Kind.BCD16 | Kind.BCD32:
                return _from_bcd
            case Kind.FLOAT32 | Kind.FLOAT64:
                return lambda numbers: (numbers, ~np.isfinite(numbers))
            case _:
                return None


def _from_bcd(numbers: NDArray[np.generic]) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
    rest = numbers.astype(np.uint32)
    total = np.zeros(rest.shape)
    broken = np.zeros(rest.shape, np.bool_)
    for power in range(2 * numbers.dtype.itemsize):
        digit = rest & 0xF
        broken |= digit > 9
        total += digit * 10.0**power
        rest >>= np.uint32(4)
    return total, broken


def _image(raw: RawScan) -> bytes:
    return raw if isinstance(raw, bytes) else raw.image


def _text(letters: bytes, encoding: str) -> str:
    return letters.decode(encoding, "replace").split("\0", 1)[0].strip(" ")


def _compact(at: Sequence[int]) -> slice | NDArray[np.intp]:
    """A slice where the indices run up one by one: it is copied several times faster."""
    if list(at) == list(range(at[0], at[0] + len(at))):
        return slice(at[0], at[0] + len(at))
    return np.array(at, np.intp)

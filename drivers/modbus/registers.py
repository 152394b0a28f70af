"""Which registers hold a point, and which reads fetch all points with the fewest requests. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.text import Text
from drivers.errors import OptionsError
from drivers.modbus.mbap import Function


class Table(StrEnum):
    COIL = "coil"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"

    @property
    def of_bits(self) -> bool:
        return self in (Table.COIL, Table.DISCRETE)

    @property
    def read_function(self) -> Function:
        return _READ_FUNCTION[self]

    @property
    def writable(self) -> bool:
        return self in (Table.COIL, Table.HOLDING)

    @property
    def chinese(self) -> str:
        return _CHINESE[self]

    def place(self, address: int) -> Text:
        return Text(f"{self.chinese} {address}", f"{self} {address}")


_CHINESE = {
    Table.COIL: "线圈",
    Table.DISCRETE: "离散输入",
    Table.HOLDING: "保持寄存器",
    Table.INPUT: "输入寄存器",
}
_READ_FUNCTION = {
    Table.COIL: Function.READ_COILS,
    Table.DISCRETE: Function.READ_DISCRETE,
    Table.HOLDING: Function.READ_HOLDING,
    Table.INPUT: Function.READ_INPUT,
}


class Kind(StrEnum):
    BOOL = "bool"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BCD16 = "bcd16"
    BCD32 = "bcd32"
    STRING = "string"

    @property
    def words(self) -> int:
        """Registers of 16 bits that one value takes; a string says for itself."""
        if self.value.endswith("32"):
            return 2
        return 4 if self.value.endswith("64") else 1


class Order(StrEnum):
    """How the bytes A (highest) to D of a value travel; for 64 bits and 16 bits by analogy."""

    ABCD = "ABCD"
    CDAB = "CDAB"
    BADC = "BADC"
    DCBA = "DCBA"

    @property
    def low_word_first(self) -> bool:
        return self in (Order.CDAB, Order.DCBA)

    @property
    def low_byte_first(self) -> bool:
        return self in (Order.BADC, Order.DCBA)


@dataclass(frozen=True, slots=True)
class Register:
    """Where one point lies: `size` registers, or one bit, of `table` from `address` (0 is the first)."""

    table: Table
    address: int
    kind: Kind
    order: Order = Order.ABCD
    bit: int | None = None
    """The lowest bit of a field inside the value, 0 the lowest; None takes the whole value."""
    bits: int = 1
    """Width of the field."""
    length: int = 1
    """Registers of a string."""
    encoding: str = "utf-8"

    @property
    def size(self) -> int:
        if self.table.of_bits:
            return 1
        return self.length if self.kind is Kind.STRING else self.kind.words

    @property
    def end(self) -> int:
        return self.address + self.size

    @property
    def place(self) -> Text:
        return self.table.place(self.address)


@dataclass(frozen=True, slots=True)
class Block:
    """One read: `count` registers or bits from `address`, and the columns (points) it brings."""

    table: Table
    address: int
    count: int
    columns: tuple[int, ...]

    @property
    def place(self) -> Text:
        return self.table.place(self.address)

    @property
    def size_bytes(self) -> int:
        return (self.count + 7) // 8 if self.table.of_bits else 2 * self.count


@dataclass(frozen=True, slots=True)
class Hole:
    """Addresses `first` to `last` (inclusive) that must never be read just to bridge a gap."""

    table: Table
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What one read may ask for. A gap in a bit table may be 16 times as long, for it costs as little."""

    registers: int = 125
    bits: int = 2000
    gap: int = 8
    holes: tuple[Hole, ...] = ()

    def of(self, table: Table) -> int:
        return self.bits if table.of_bits else self.registers

    def bridges(self, table: Table, start: int, end: int) -> bool:
        """Whether a read may run over the undeclared addresses start to end (exclusive)."""
        if start >= end:
            return True
        if end - start > (self.gap * 16 if table.of_bits else self.gap):
            return False
        return not any(hole.table is table and hole.first < end and hole.last >= start for hole in self.holes)


def plan(
    registers: Sequence[Register], limits: ReadLimits, columns: Iterable[int] | None = None
) -> tuple[Block, ...]:
    """The fewest reads that fetch `columns` (all when None), every one whole and in exactly one read.

    Raises OptionsError for a point that is longer than one read may be.
    """
    wanted = range(len(registers)) if columns is None else columns
    blocks: list[Block] = []
    for table in Table:
        ordered = sorted(
            (column for column in wanted if registers[column].table is table),
            key=lambda column: (registers[column].address, registers[column].end),
        )
        blocks.extend(_plan_table(table, ordered, registers, limits))
    return tuple(blocks)


def _plan_table(
    table: Table, ordered: Sequence[int], registers: Sequence[Register], limits: ReadLimits
) -> Iterable[Block]:
    group: list[int] = []
    start = end = 0
    for column in ordered:
        register = registers[column]
        if register.size > limits.of(table):
            most, place = limits.of(table), register.place
            raise OptionsError(
                f"{place.zh}：测点长 {register.size} 个寄存器，一次最多读取 {most} 个；"
                "请缩短该测点或调大 max_registers",
                f"{place.en}: {register.size} registers are more than the "
                f"{most} that one read may fetch; shorten the point or raise max_registers",
            )
        fits = max(end, register.end) - start <= limits.of(table)
        if group and not (fits and limits.bridges(table, end, register.address)):
            yield Block(table, start, end - start, tuple(group))
            group = []
        if not group:
            start, end = register.address, register.end
        group.append(column)
        end = max(end, register.end)
    if group:
        yield Block(table, start, end - start, tuple(group))

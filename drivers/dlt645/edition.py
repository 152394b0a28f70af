"""What the two editions of DL/T 645 say differently. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from config.text import Text


class Function(IntEnum):
    """Control codes of 2007 (table 1 and section 7)."""

    CLOCK = 0x08
    READ = 0x11
    READ_ON = 0x12
    READ_ADDRESS = 0x13
    WRITE = 0x14
    WRITE_ADDRESS = 0x15
    FREEZE = 0x16
    BAUD_RATE = 0x17
    PASSWORD = 0x18
    CLEAR_DEMAND = 0x19
    CLEAR_EVENTS = 0x1B
    CONTROL = 0x1C


class Function1997(IntEnum):
    READ = 0x01
    READ_ON = 0x02
    WRITE = 0x04
    CLOCK = 0x08
    WRITE_ADDRESS = 0x0A
    BAUD_RATE = 0x0C
    PASSWORD = 0x0F
    CLEAR_DEMAND = 0x10


@dataclass(frozen=True, slots=True)
class Family:
    """Identifiers that one answer brings together, all of one size."""

    block: int
    """The identifier that asks for them all."""
    index: int
    """Where one of them stands in the answer, counted in its own size."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Identifiers of one kind of value: the first of them, and what is added for its tariff, phase, month."""

    first: int
    tariff: int = 0
    """Added for each tariff; 0 where there are none."""
    phase: int = 0
    """Added for each phase; phase 0 is all of them together."""
    lowest_phase: int = 1
    month: int = 0
    """Added for each settlement back."""
    most_months: int = 0
    number: int = 0
    """Added for each further one, such as the seven status words; they count from 1."""
    most_numbers: int = 0


@dataclass(frozen=True, slots=True)
class Edition:
    name: str
    identifier_size: int
    """Bytes."""
    functions: type[Function] | type[Function1997]
    layout_of: Callable[[int], str | None]
    """The format of an identifier by the tables of the standard, None where they do not tell."""
    family_of: Callable[[int], Family | None]
    quantities: Mapping[str, Quantity]
    errors: tuple[Text, ...]
    """What the bits of the error word mean, the lowest first."""
    no_data: int
    """The bit that says that the meter does not have what was asked for."""
    numbers_frames: bool
    """Whether a question for more data says which frame is meant, and the answer too."""
    most_tariffs: int
    settles: Callable[[int], bool]
    """Whether an identifier tells something of now that is kept at every settlement too."""
    settlement: int
    """What is added to it for each settlement back."""
    settlement_days: tuple[int, ...]
    """The identifiers of day and hour of the settlements in a month."""
    date_and_time: tuple[int, int]
    """The identifiers of the meter's clock."""

    def refusal(self, word: int) -> Text:
        """An error word in words."""
        said = [text for bit, text in enumerate(self.errors) if word >> bit & 1]
        zh = "、".join(text.zh for text in said) or "标准中没有该错误"
        en = ", ".join(text.en for text in said) or "which the standard does not know"
        return Text(f"错误 {word:02X}，{zh}", f"error {word:02X}, {en}")

    def identifier(self, name: str, tariff: int, phase: int, month: int, number: int) -> int:
        found = self.quantities[name]
        steps = tariff * found.tariff + phase * found.phase + month * found.month
        return found.first + steps + max(number - 1, 0) * found.number

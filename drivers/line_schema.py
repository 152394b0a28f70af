"""How a site file speaks of a half-duplex line: a serial port, or a serial server that passes bytes on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from drivers.strict import Host, Strict


class Parity(StrEnum):
    NONE = "none"
    EVEN = "even"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class Characters:
    """How bytes travel on a serial port."""

    baud_rate: int = 9600
    data_bits: int = 8
    parity: Parity = Parity.NONE
    stop_bits: int = 1

    @property
    def one_s(self) -> float:
        """Seconds that one character takes, start bit included."""
        bits = 1 + self.data_bits + (self.parity is not Parity.NONE) + self.stop_bits
        return bits / self.baud_rate

    def __str__(self) -> str:
        return f"{self.baud_rate} baud {self.data_bits}{self.parity[0].upper()}{self.stop_bits}"


@dataclass(frozen=True, slots=True)
class LineTerms:
    """Where a line is and how it may be used."""

    serial: str
    """Path of the port; empty for a serial server."""
    host: str
    port: int
    characters: Characters | None
    """None where the serial server knows them, and we do not."""
    echo: bool
    """Whether everything sent is received too."""
    turnaround_s: float
    connect_timeout_s: float

    @property
    def address(self) -> str:
        return self.serial or f"{self.host}:{self.port}"

    @property
    def medium(self) -> str:
        """What all devices of a line must say alike."""
        return f"{self.characters or 'TCP'}, echo = {str(self.echo).lower()}"

    def cautious(self, other: "LineTerms") -> "LineTerms":
        """What suits both, of two that agree about the medium."""
        return LineTerms(
            self.serial,
            self.host,
            self.port,
            self.characters,
            self.echo,
            max(self.turnaround_s, other.turnaround_s),
            max(self.connect_timeout_s, other.connect_timeout_s),
        )


class LineConnection(Strict):
    """The part of `[device.connection]` that says which line. Devices that name the same one share it.

    A protocol's own connection adds what finds the device on the line, and may set other defaults.
    """

    serial: str = Field(default="", description="Path of a serial port: /dev/ttyUSB0, /dev/serial/by-id/...")
    baud_rate: int = Field(default=9600, ge=300, le=4_000_000)
    data_bits: Literal[7, 8] = 8
    parity: Parity = Parity.NONE
    stop_bits: Literal[1, 2] = 1
    host: Host = Field(default="", description="Name or address of a serial server.")
    port: int = Field(default=0, ge=0, le=65535, description="Its TCP port.")
    echo: bool = Field(default=False, description="The adapter gives back what is sent through it.")
    turnaround_s: float = Field(
        default=0.01, ge=0, le=5, description="Rest after an answer, a time-out or a broadcast."
    )
    connect_timeout_s: float = Field(default=3.0, gt=0, le=5)

    @model_validator(mode="after")
    def _is_at_one_place(self) -> Self:
        given = self.model_fields_set
        if bool(self.serial) == bool(self.host):
            raise ValueError(
                "it takes either serial, the path of a port, or host and port of a serial server"
                + ("; both are given" if self.serial else "; neither is given")
            )
        if self.serial and "port" in given:
            raise ValueError(f"port = {self.port} belongs to host; serial = {self.serial!r} is a path alone")
        if self.host and not self.port:
            raise ValueError(f"host = {self.host!r} needs port, the TCP port of the serial server")
        if self.host and (wrong := given & {"baud_rate", "data_bits", "parity", "stop_bits"}):
            raise ValueError(
                f"{', '.join(sorted(wrong))}: leave that out, the serial server at {self.host!r} knows it"
            )
        return self

    @property
    def line(self) -> LineTerms:
        characters = Characters(self.baud_rate, self.data_bits, self.parity, self.stop_bits)
        return LineTerms(
            self.serial,
            self.host,
            self.port,
            characters if self.serial else None,
            self.echo,
            self.turnaround_s,
            self.connect_timeout_s,
        )

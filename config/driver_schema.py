"""What a protocol tells the configuration about itself, so that `config` need not know any protocol."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from pydantic import BaseModel


class DriverSchema(Protocol):
    """The three models in which a site file speaks to a driver, and what only the driver can check."""

    name: str
    connection: type[BaseModel]
    """`[device.connection]`: where the device is."""
    source: type[BaseModel]
    """`source = {...}` of a point: where the value is."""
    options: type[BaseModel]
    """`[profile.X.options]`: what holds for the whole device."""

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        """What is wrong with one point beyond its types, each a sentence with value, limit and way out."""

    def references(self, source: BaseModel) -> Sequence[str]:
        """The points `device/point` of other devices that this one reads; empty for real protocols."""

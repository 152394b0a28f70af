"""What a protocol tells the configuration about itself, so that `config` need not know any protocol."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Protocol, runtime_checkable

from pydantic import BaseModel


class Held(Protocol):
    """What one process alone can have: a line, a port of this machine, a name at a broker."""

    @property
    def address(self) -> str:
        """The same for all devices that share it."""

    @property
    def medium(self) -> str:
        """What they must say alike of it, in words."""


@runtime_checkable
class Addressed(Protocol):
    """A connection to one device of a line, where no other may have the same address."""

    @property
    def line(self) -> Held: ...

    @property
    def address(self) -> str: ...


class DriverSchema(Protocol):
    """The three models in which a site file speaks to a driver, and what only the driver can check."""

    name: str
    heavy: bool
    """Whether its library may hold up others: its devices get a field process of their own."""
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


@runtime_checkable
class Holding(Protocol):
    """What a driver schema may also know: what its devices hold. Those that share it share a process."""

    def held(self, connection: BaseModel, options: BaseModel, sources: Iterable[BaseModel]) -> Held | None:
        """What a device with these points takes for its process alone, if anything."""


@runtime_checkable
class Acknowledged(Protocol):
    """What a driver schema may also know: which points show alarms of the device that wait there for an
    acknowledgement."""

    def acknowledges(self, source: BaseModel) -> bool:
        """Whether an acknowledgement of the point's alarms is passed on to the device."""


@runtime_checkable
class Commanding(Protocol):
    """What a driver schema may also know: which points are commands, of which the device tells nothing."""

    def is_write_only(self, source: BaseModel) -> bool:
        """Whether the point is never read."""


@runtime_checkable
class Barring(Protocol):
    """What a driver schema may also know: which points cannot be written, whatever a profile says."""

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        """Why not, and the way out: in Chinese and English. None where nothing is known against it."""


@runtime_checkable
class Exacting(Protocol):
    """What a driver schema may also know: what some profiles need of the connections of their devices."""

    def lacks(
        self, connection: BaseModel, options: BaseModel, sources: Iterable[BaseModel]
    ) -> Iterator[tuple[str, str]]:
        """What a connection lacks for a device with these points, and the way out: in Chinese and English."""


@runtime_checkable
class Mapped(Protocol):
    """What a driver schema may also know: which place of the device a source is, and what fits there."""

    def cells(self, source: BaseModel, options: BaseModel) -> frozenset[Hashable]:
        """The smallest places that the point takes; two points that share one are probably a slip."""

    def span(self, source: BaseModel, options: BaseModel) -> tuple[float, float] | None:
        """The least and the greatest raw value that fits there; None where nothing bounds it."""

"""Steward's own health as an ordinary device: what the process and its machine tell of themselves.

So its troubles are alarms like all others, with limits, delays, priorities and trends.
"""

import math
from collections.abc import Iterator, Sequence
from enum import StrEnum

from pydantic import BaseModel

from config.site import Device, Template
from drivers.computed import CALCULATED, ComputedDriver, Nowhere
from drivers.driver import Cadence, Decoder, Driver, Quality, Surroundings
from drivers.readings import Readings, ReadingsDecoder
from drivers.strict import Strict


class Fact(StrEnum):
    """What can be read; the field process supplies the figures."""

    DISK_FREE = "disk-free"
    """Per cent of the run directory's file system."""
    CLOCK_OFFSET = "clock-offset"
    """Seconds by which this process's clock is ahead of `core`'s; bad while `core` is not heard."""
    HISTORY_BACKLOG = "history-backlog"
    """MB that the historian has not taken yet."""
    UNRECORDED_COMMANDS = "unrecorded-commands"
    """Urgent commands that were carried out and do not stand in `alarms.db` yet."""
    LATE_SCANS = "late-scans"
    """Per cent of the scans since the last reading that came more than a tenth of their period late."""
    PROCESSOR = "processor"
    """Per cent of one core that this process used since the last reading."""
    MEMORY = "memory"
    """MB of this process."""
    NOTIFIER_SILENT = "notifier-silent"
    """1 while the notifier does not work; the others of it are not known then."""
    NOTIFIER_ACCOUNTS = "notifier-accounts"
    """Accounts of providers that do not work."""
    NOTIFIER_DEAR = "notifier-dear"
    """Accounts that have reached the day's cost ceiling."""
    NOTIFIER_DEAD = "notifier-dead"
    """Numbers and addresses that do not exist."""
    NOTIFIER_UNANSWERED = "notifier-unanswered"
    """Calls and tests that nobody has answered."""
    NOTIFIER_UNCOVERED = "notifier-uncovered"
    """Teams that are to be called and for which nobody is on duty at some time of the next day."""


class Source(Strict):
    fact: Fact


class Options(Strict):
    """Nothing to choose."""


class HostSchema:
    name = "host"
    heavy = False
    connection: type[BaseModel] = Nowhere
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        del source, options
        yield from ()

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        return CALCULATED

    def references(self, source: BaseModel) -> Sequence[str]:
        del source
        return ()


class HostDriver(ComputedDriver):
    def __init__(self, device: Device, cadence: Cadence, surroundings: Surroundings) -> None:
        super().__init__(device, cadence, surroundings)
        sources = [point.source for point in device.template.points]
        self._facts = [source.fact for source in sources if isinstance(source, Source)]

    def computed(self) -> Readings:
        facts = self.surroundings.facts()
        values = [facts.get(fact, math.nan) for fact in self._facts]
        return Readings(
            values, [Quality.BAD_INPUT if math.isnan(value) else Quality.GOOD for value in values]
        )


class Host:
    """The protocol as the composition root knows it."""

    name = "host"

    def decoder(self, template: Template) -> Decoder:
        del template  # raw scans carry everything
        return ReadingsDecoder()

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        del decoder
        return HostDriver(device, cadence, surroundings)

"""What the driver of one device goes on from after a restart, kept with the history that it belongs to."""

import math
from collections.abc import Mapping
from dataclasses import replace

from actors import kept
from actors.outlets import Outlets
from drivers.driver import Driver, Scan, Stateful

KEEP_TOTALS_S = 60.0
"""How often the state of a driver is kept that follows no records."""


class Totals:
    """Part of the pump of a device: made in the actor's turn, then used on the loop.

    That a record of the device is in the history, and that its driver has read it, is one transaction: a
    crash loses none and repeats none.
    """

    def __init__(self, device: str, driver: Driver, outlets: Outlets) -> None:
        self._device = device
        self._out = outlets
        self._driver = driver if isinstance(driver, Stateful) else None
        self._due_s = -math.inf
        self._state: Mapping[str, float] | None = None
        """What the driver told last; it may tell the very same again."""
        if self._driver is not None:
            self._driver.restore(kept.read_totals(outlets.totals, device))

    def kept_with(self, scan: Scan) -> Scan:
        """A scan that is about to be handed on; the last of a turn with what is to be kept of it."""
        driver, now_s = self._driver, self._out.clock()
        if driver is None or scan.goes_on or not (driver.follows or now_s >= self._due_s):
            return scan
        self._due_s = now_s + KEEP_TOTALS_S
        changed = self._changed(driver)
        return replace(scan, keeps={**scan.keeps, **changed}) if changed else scan

    def end(self) -> None:
        """What was followed is kept with what was handed on, and never ahead of it."""
        if self._driver is not None and not self._driver.follows:
            self._out.history((), self._changed(self._driver))

    def _changed(self, driver: Stateful) -> Mapping[str, bytes]:
        state, told = driver.state(), self._state
        if state is told:
            return {}
        self._state = state
        known, totals = self._out.totals, kept.totals(self._device, state)
        changed = {key: body for key, body in totals.items() if known.get(key, b"") != body}
        known.update(changed)
        return changed

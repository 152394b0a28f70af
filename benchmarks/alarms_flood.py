"""10,000 alarms in ten seconds, all of them different: one JSON line.

    python -m benchmarks.alarms_flood [--alarms 10000] [--seconds 10] [--kills]

flood_missing, flood_doubled    alarms that the journal lacks, and rows that it has too many; must be 0
flood_list_ms                   from the last register's change until an open list counts all of them
flood_click_max_ms              the slowest answer of that list to a click meanwhile
flood_page_ms                   until a page opened afterwards shows its list

With `--kills` the flood comes, and goes as fast again, while `core` is killed a third of the way through
and `field` two thirds, without a browser:

restart_missing, restart_doubled   as above, of the alarms that come and of their ends; must be 0
restart_come_ms, restart_gone_ms   from the last register's change until the journal has all
"""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

from playwright.sync_api import Page

from actors.journal_reader import JournalReader
from benchmarks.browser import chromium, log_in, open_page
from benchmarks.campus import USER, Campus
from benchmarks.follow import ALARM, CALM, RULE
from benchmarks.modbus_farm import Farm
from benchmarks.report import report
from benchmarks.setting import begin, parser, percentile, until

REGISTERS: Final = 10
"""Of each device, and each has an alarm."""
PERIOD_S: Final = 1.0
PATIENCE_S: Final = 90.0
CLICKS: Final = 9
COMES, GOES = "alarm_occurs", "return_to_normal"
COUNTED: Final = "count => document.querySelector('[role=tab] b').textContent === String(count)"
"""The first tab of the list is that of all alarms that stand."""
SELECTED: Final = "before => document.querySelector('.acts b').textContent !== before"


class Flood:
    """A site whose alarms come, and go, at an even rate; and what its journal says of each."""

    def __init__(self, open_ones: ExitStack, alarms: int, seconds: float) -> None:
        self.alarms = alarms
        self._devices = -(-alarms // REGISTERS)
        self._every_s = seconds / alarms
        self._farm = open_ones.enter_context(Farm(self._devices, registers=REGISTERS, period_s=PERIOD_S))
        for number in range(alarms):
            self._set(number, CALM)
        self.campus = open_ones.enter_context(
            Campus(self._farm.endpoints, registers=REGISTERS, period_s=PERIOD_S, ruled=1, devices_a_zone=100)
        )
        until(lambda: min(self._farm.polls()) > 2, 60.0, "every device is polled")
        time.sleep(3.0)

    def drive(self, value: int) -> Iterator[int]:
        """Sets register after register and gives how many are set; none before its time."""
        begun = time.monotonic()
        for number in range(self.alarms):
            ahead_s = begun + number * self._every_s - time.monotonic()
            if ahead_s > 0.002:
                time.sleep(ahead_s)
            self._set(number, value)
            yield number + 1

    def judge(self, transition: str) -> tuple[int, int, float]:
        """Waits until all alarms have it: how many never did, how often some had it again, the wait (ms)."""
        begun = time.monotonic()
        while len(self._found(transition)) < self.alarms and time.monotonic() - begun < PATIENCE_S:
            time.sleep(0.1)
        waited_ms = (time.monotonic() - begun) * 1e3
        time.sleep(3 * PERIOD_S)  # a row that comes twice comes soon
        found = self._found(transition)
        return self.alarms - len(found), found.total() - len(found), waited_ms

    def _set(self, number: int, value: int) -> None:
        self._farm.set(number % self._devices, number // self._devices, value)

    def _found(self, transition: str) -> Counter[tuple[str, str]]:
        """How often each alarm has had it."""
        found: Counter[tuple[str, str]] = Counter()
        cursor = 0
        with JournalReader(self.campus.paths.alarms) as reader:
            while rows := reader.since(cursor, 10_000):
                cursor = rows[-1].id
                found.update(
                    (row.device, row.point)
                    for row in rows
                    if row.rule == RULE and row.transition == transition
                )
        return found


def flood(alarms: int, seconds: float) -> dict[str, float]:
    """With a browser at the list."""
    with ExitStack() as open_ones:
        tide = Flood(open_ones, alarms, seconds)
        address = tide.campus.address()
        page = open_ones.enter_context(chromium()).new_page()
        log_in(page, address, USER, tide.campus.password)
        open_page(page, f"{address}/alarms")
        clicks = [_click(page) for number in tide.drive(ALARM) if number % (alarms // (CLICKS + 1)) == 0]
        last = time.monotonic()
        page.wait_for_function(COUNTED, arg=alarms, timeout=PATIENCE_S * 1e3)
        list_ms = (time.monotonic() - last) * 1e3
        begun = time.monotonic()
        open_page(page, f"{address}/alarms")
        page.wait_for_selector("tbody [data-act=pick]")
        page_ms = (time.monotonic() - begun) * 1e3
        missing, doubled, _ = tide.judge(COMES)
    return {
        "flood_alarms": float(alarms),
        "flood_missing": float(missing),
        "flood_doubled": float(doubled),
        "flood_list_ms": list_ms,
        "flood_click_p50_ms": percentile(clicks, 0.5),
        "flood_click_max_ms": max(clicks),
        "flood_page_ms": page_ms,
    }


def _click(page: Page) -> float:
    """How long the list takes to select its last row (ms)."""
    key = page.locator("tbody [data-act=pick]").last.get_attribute("data-key")
    before = page.locator(".acts b").inner_text()
    begun = time.monotonic()
    page.evaluate("key => steward.act('pick', key)", key)
    page.wait_for_function(SELECTED, arg=before, timeout=PATIENCE_S * 1e3)
    return (time.monotonic() - begun) * 1e3


def killed(alarms: int, seconds: float) -> dict[str, float]:
    """The flood comes and goes, and `core` and `field` are killed in the middle of both."""
    figures: dict[str, float] = {"restart_kills": 4.0, "restart_missing": 0.0, "restart_doubled": 0.0}
    with ExitStack() as open_ones:
        tide = Flood(open_ones, alarms, seconds)
        victims = {alarms // 3: "core", 2 * alarms // 3: "field"}
        for value, transition in ((ALARM, COMES), (CALM, GOES)):
            for number in tide.drive(value):
                if number in victims:
                    os.kill(tide.campus.pids()[victims[number]], signal.SIGKILL)
            missing, doubled, waited_ms = tide.judge(transition)
            figures["restart_missing"] += missing
            figures["restart_doubled"] += doubled
            figures[f"restart_{'come' if value == ALARM else 'gone'}_ms"] = waited_ms
    return figures


def main() -> int:
    flags = parser("alarms_flood", __doc__)
    flags.add_argument("--alarms", type=int, default=10_000)
    flags.add_argument("--seconds", type=float, default=10.0)
    flags.add_argument("--kills", action="store_true")
    told = flags.parse_args()
    begin(told.cores)
    measured = killed if told.kills else flood
    report("alarms_flood", **measured(told.alarms, told.seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Answers what pages and reports ask of the alarms, from `alarms.db` beside its writer."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from sqlite3 import OperationalError
from typing import Final
from zoneinfo import ZoneInfo

from actors.channels.query import QueryFailed
from actors.journal_reader import JournalReader
from actors.messages import JournalFilter, JournalRow
from actors.said import said
from business.alarm_kpi.columns import read
from business.alarm_kpi.figures import DAY_NS, kpis
from business.alarm_kpi.hidden import HIDES, SHOWS, VERDICT, Judged
from business.alarm_kpi.messages import AlarmKpis, ReadAlarmKpis
from config.site import Site, Station

FRESH_NS: Final = 60 * 10**9
"""Figures of the present are computed again after this."""
REMEMBERED: Final = 32
LONGEST_NS: Final = 400 * DAY_NS
ROWS: Final = 10_000
"""Of what was hidden, and of verdicts."""


class AlarmFigures:
    """From any thread; who asks the same at the same time waits for one answer."""

    def __init__(self, path: Path, site: Callable[[], Site], wall_ns: Callable[[], int]) -> None:
        """`site` gives it as configured now."""
        self._path = path
        self._site = site
        self._wall_ns = wall_ns
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[ReadAlarmKpis, int], tuple[int, AlarmKpis]] = OrderedDict()

    def answer(self, query: ReadAlarmKpis) -> Iterator[AlarmKpis]:
        """For the channel."""
        yield self.read(query)

    def read(self, query: ReadAlarmKpis) -> AlarmKpis:
        """Raises QueryFailed."""
        site, now_ns = self._site(), self._wall_ns()
        if query.station and query.station not in site.stations:
            raise QueryFailed(
                said(f"没有值班台 {query.station}；请重新选择", f"no station {query.station}; choose again")
            )
        if not 0 < query.until_ns - query.since_ns <= LONGEST_NS:
            raise QueryFailed(
                said(
                    f"统计时段须在 {LONGEST_NS // DAY_NS} 天以内，且结束晚于开始",
                    f"the time must end after it begins, within {LONGEST_NS // DAY_NS} days",
                )
            )
        if query.since_ns >= now_ns:
            raise QueryFailed(said("统计时段尚未开始", "that time has not begun"))
        key = query, site.version
        with self._lock:
            at_ns, known = self._known.get(key, (0, None))
            if known is None or (query.until_ns > at_ns and now_ns - at_ns > FRESH_NS):
                known = self._compute(site, query, min(query.until_ns, now_ns))
                self._known[key] = now_ns, known
            self._known.move_to_end(key)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            return known

    def _compute(self, site: Site, query: ReadAlarmKpis, until_ns: int) -> AlarmKpis:
        belongs = belonging(site, site.stations.get(query.station))
        try:
            period = read(self._path, query.since_ns, until_ns)
            with JournalReader(self._path) as reader:
                hides = JournalFilter(transitions=(*HIDES, *SHOWS), until_ns=until_ns)
                hiding = reader.page(hides, limit=ROWS)
                judges = JournalFilter(transitions=(VERDICT,), since_ns=query.since_ns, until_ns=until_ns)
                judged = reader.page(judges, limit=ROWS)
        except OperationalError as error:
            raise QueryFailed(
                said(f"暂时读不到报警记录：{error}", f"the journal cannot be read: {error}")
            ) from error
        mine = [number for number, one in period.alarms.items() if belongs(one.device, one.zone)]
        if len(mine) < len(period.alarms):
            period = period.of(mine)

        def own(rows: tuple[JournalRow, ...]) -> list[JournalRow]:
            return [row for row in reversed(rows) if belongs(row.device, row.zone)]

        return kpis(
            period,
            own(hiding),
            _latest(own(judged)),
            site.settings.alarm_targets,
            ZoneInfo(site.timezone),
            query.station,
        )


def _latest(rows: list[JournalRow]) -> list[Judged]:
    """Of each occurrence the last verdict, which corrects those before."""
    found = {(row.device, row.point, row.rule, row.event): row for row in rows}
    return [(row.zone, row.device, row.verdict) for row in found.values()]


def belonging(site: Site, station: Station | None) -> Callable[[str, str], bool]:
    """Whether a station answers for an alarm of a device or node, kept by a zone."""
    if station is None or not station.zones:
        return lambda _device, _zone: True
    mine = {zone for zone in site.zones if not set(site.zone_path(zone)).isdisjoint(station.zones)}

    def belongs(device: str, zone: str) -> bool:
        owner = site.devices.get(device) or site.nodes.get(device)
        return (owner.zone if owner else zone) in mine

    return belongs

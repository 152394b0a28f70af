"""Which alarms a page of the database shows, as its address says."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from business.alarm_database.definitions import Alarm
from business.alarm_database.fields import missing

PAGE = 100


@dataclass(frozen=True, slots=True)
class Filter:
    text: str = ""
    subsystem: str = ""
    missing: bool = False
    own: bool = False
    page: int = 0

    def of(self, alarms: Iterable[Alarm]) -> Iterator[Alarm]:
        wanted = self.text.casefold()
        for alarm in alarms:
            if self.subsystem and alarm.subsystem != self.subsystem:
                continue
            if self.own and not alarm.own:
                continue
            if self.missing and not missing(alarm.rule):
                continue
            if not wanted or wanted in _words(alarm):
                yield alarm

    def query(self, page: int) -> dict[str, str]:
        found = {"text": self.text, "subsystem": self.subsystem, "page": str(page)}
        return found | ({"missing": "1"} if self.missing else {}) | ({"own": "1"} if self.own else {})


def asked(query: Mapping[str, str]) -> Filter:
    page = query.get("page", "")
    return Filter(
        query.get("text", "").strip()[:100],
        query.get("subsystem", "")[:64],
        bool(query.get("missing")),
        bool(query.get("own")),
        int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 0,
    )


def _words(alarm: Alarm) -> str:
    device, rule = alarm.device, alarm.rule
    parts = ("/".join(alarm.name), device.name.zh, device.name.en, alarm.tag, rule.text.zh, rule.text.en)
    return "\n".join(parts).casefold()

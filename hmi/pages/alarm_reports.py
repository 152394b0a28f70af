"""The reports on alarms: those of every month, and of whatever days somebody asks for."""

from datetime import datetime, timedelta
from typing import Final

from markupsafe import Markup
from nicegui import ui

from business.alarm_kpi.labels import WHOLE_SITE
from business.alarm_kpi.messages import REPORT
from business.alarm_report.messages import MakeAlarmReport
from business.alarm_report.queries import ReportRow, reports
from hmi import drawing
from hmi.commanding import carry_out
from hmi.editing import Kept, empty
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import alarm_report as words

READ_S: Final = 3.0
_FORMS: Final = (
    ("zh.pdf", words.CHINESE, words.PDF),
    ("zh.xlsx", words.CHINESE, words.EXCEL),
    ("en.pdf", words.ENGLISH, words.PDF),
    ("en.xlsx", words.ENGLISH, words.EXCEL),
)


class AlarmReportsPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._kept: Kept[tuple[ReportRow, ...]] = Kept(view, REPORT, reports)

    async def draw(self) -> None:
        view = self._view
        await self._kept.read()
        with frame(view, view.say(words.REPORTS)):
            html(Markup('<p class="sub">{}</p>').format(view.say(words.MONTHLY)))
            html(self._form())
            html(self._kept.block(self._table))
            ui.timer(READ_S, self._kept.read)
        view.on_form("report", REPORT, self._make)

    async def _make(self, entered: Entered) -> None:
        view = self._view
        said = {name: entered.get(name, ("",))[0] for name in ("since", "until", "station")}
        if await carry_out(view, MakeAlarmReport(**said), REPORT, view.house.ports.office):
            ui.notify(view.say(words.ASKED))

    def _form(self) -> Markup:
        """Offers the month that is over."""
        view = self._view
        today = datetime.fromtimestamp(view.live.wall_ns() / 1e9, view.zone).date()
        last = today.replace(day=1) - timedelta(days=1)
        option = Markup('<option value="{}">{}</option>')
        field = Markup('<label class="field">{} <input type="date" name="{}" value="{}" required></label>')
        stations = view.live.site.stations.values()
        return Markup(
            '<form data-form="report" class="toolbar"><label>{} <select name="station">{}</select></label>'
            '{}{}<button class="plain main">{}</button></form>'
        ).format(
            view.say(words.STATION),
            option.format("", view.name(WHOLE_SITE))
            + EMPTY.join(option.format(one.id, view.name(one.name)) for one in stations),
            field.format(view.say(words.SINCE), "since", last.replace(day=1).isoformat()),
            field.format(view.say(words.UNTIL), "until", last.isoformat()),
            view.say(words.MAKE),
        )

    def _table(self) -> Markup:
        view = self._view
        if not self._kept.rows:
            return empty(view, words.NO_REPORTS)
        heads = (
            ("tight", words.DAYS),
            ("", words.STATION),
            ("", words.RESULT),
            ("tight hide-small", words.MADE),
            ("hide-small", words.BY),
            ("", words.FILES),
        )
        return table(
            [(look, view.say(text)) for look, text in heads], (self._row(row) for row in self._kept.rows)
        )

    def _row(self, row: ReportRow) -> Markup:
        view = self._view
        station = view.live.site.stations.get(row.station)
        link = Markup('<a href="/alarm-report/{}/{}" download>{} {}</a> ')
        return Markup(
            '<tr><td class="tight">{} – {}</td><td>{}</td><td>{}</td><td class="tight hide-small">{}</td>'
            '<td class="hide-small">{}</td><td>{}</td></tr>'
        ).format(
            row.since,
            row.until,
            view.name(station.name) if station else row.station or view.name(WHOLE_SITE),
            view.say(words.MET_MISSED, met=row.met, missed=row.missed),
            drawing.date_and_clock(view.zone, row.made_ns),
            row.asked_by or view.say(words.EVERY_MONTH),
            EMPTY.join(
                link.format(row.id, name, view.say(language), view.say(form))
                for name, language, form in _FORMS
            ),
        )

"""The Chinese calendar of a year: holidays and make-up workdays, and what the site says instead."""

import asyncio
from calendar import Calendar as Months
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from business.configuration.desk import Trouble
from business.configuration.messages import WRITE, FileText
from config.calendar import HOLIDAY_NAMES, Calendar
from config.export import toml
from config.versions import VersionError
from hmi.forms import options_of
from hmi.pages.configuration.proposing import Editing, opened
from hmi.shell import EMPTY, frame, html
from hmi.view import Entered, View
from hmi.words import calendar as words
from hmi.words import linkage

FILE = "calendar.toml"
YEARS = range(2004, 2100)
KINDS = (("workday", words.WORKDAY), ("off", words.DAY_OFF), ("law", words.AS_LAW))


class CalendarPage:
    def __init__(self, view: View, editing: Editing, calendar: Calendar, year: int) -> None:
        self._view = view
        self._editing = editing
        self._year = year
        documents = editing.base.documents
        self._file = next((file for file, tables in documents.items() if "calendar_day" in tables), FILE)
        self._rows: dict[str, dict[str, Any]] = {
            str(row.get("day")): dict(row) for row in documents.get(self._file, {}).get("calendar_day", ())
        }
        self._calendar = calendar
        self._chosen = ""
        self._problem = ""
        self._changed: set[str] = set()
        self._turn = 0

    def draw(self) -> None:
        view, editing = self._view, self._editing
        may = view.can(WRITE)
        editing.then = "/calendar"
        above = Markup('<p class="crumbs"><a href="/linkage">{}</a></p>').format(view.say(linkage.LINKAGE))
        with frame(view, view.say(words.TITLE, year=self._year), above):
            html(self._bar())
            html(view.block(self._months, lambda: self._turn))
            if may:
                html(view.block(self._form, lambda: self._turn))
                html(view.block(lambda: editing.markup(_nowhere), lambda: editing.turn))
        view.on("day", WRITE, self._choose)
        view.on_form("day", WRITE, self._entered)
        view.on_form("save", WRITE, editing.submit)

    async def _choose(self, key: str) -> None:
        if self._day(key) is not None:
            self._chosen = key
            self._turn += 1

    def _day(self, text: str) -> date | None:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return day if day.year == self._year else None

    async def _entered(self, entered: Entered) -> None:
        await self._set(entered)
        self._turn += 1

    async def _set(self, entered: Entered) -> None:
        def given(name: str) -> str:
            return entered.get(name, ("",))[0].strip()

        self._chosen = given("day")
        day = self._day(self._chosen)
        self._problem = ""
        if day is None:
            self._problem = self._view.say(words.NO_DAY, day=self._chosen, year=self._year)
            return
        self._rows.pop(self._chosen, None)
        if given("kind") in {"workday", "off"}:
            name = {one: text for one in ("zh", "en") if (text := given(f"name.{one}"))}
            row = {
                "day": self._chosen,
                "workday": given("kind") == "workday",
                "holiday": given("holiday"),
                "name": name,
            }
            self._rows[self._chosen] = {key: value for key, value in row.items() if value not in ("", {})}
        self._changed.add(self._chosen)
        documents = self._editing.base.documents
        tables = {
            **documents.get(self._file, {}),
            "calendar_day": [row for _, row in sorted(self._rows.items())],
        }
        if not self._rows:
            del tables["calendar_day"]
        await self._editing.check((), [FileText(self._file, toml(tables))])
        proposal = self._editing.proposal
        if proposal is not None and not proposal.troubles:
            site = await asyncio.to_thread(self._view.house.ports.desk.site, proposal.documents)
            if site is not None:
                self._calendar = Calendar(site.calendar)

    # -- drawing

    def _bar(self) -> Markup:
        view, year = self._view, self._year
        link = Markup('<a href="/calendar?year={}">← {}</a>'), Markup('<a href="/calendar?year={}">{} →</a>')
        legend = EMPTY.join(
            Markup('<span class="legend {}">{}</span> ').format(look, view.say(text))
            for look, text in (("holiday", words.HOLIDAY), ("make-up", words.MAKE_UP))
        )
        unknown = EMPTY
        if not self._calendar.knows(year):
            unknown = Markup('<p class="warning" data-unknown>{}</p>').format(
                view.say(words.UNKNOWN, year=year)
            )
        return Markup('<div class="toolbar">{} {} {}</div>{}<p class="sub">{}</p>').format(
            link[0].format(year - 1, view.say(words.BEFORE)), link[1].format(year + 1, view.say(words.AFTER)),
            legend, unknown,
            f"{view.say(words.HINT)} {view.say(words.CLICK) if view.can(WRITE) else ''}",
        )  # fmt: skip

    def _months(self) -> Markup:
        return Markup('<div class="year">{}</div>').format(
            EMPTY.join(self._month(one) for one in range(1, 13))
        )

    def _month(self, month: int) -> Markup:
        view = self._view
        heads = EMPTY.join(Markup("<th>{}</th>").format(view.say(one)) for one in words.WEEK)
        weeks = EMPTY.join(
            Markup("<tr>{}</tr>").format(
                EMPTY.join(self._cell(day) if day.month == month else Markup("<td></td>") for day in week)
            )
            for week in Months().monthdatescalendar(self._year, month)
        )
        return Markup("<table><caption>{}</caption><tr>{}</tr>{}</table>").format(
            view.say(words.MONTH, month=month), heads, weeks
        )

    def _cell(self, day: date) -> Markup:
        calendar = self._calendar
        look, what = "", words.WORKDAY
        if holiday := calendar.holiday(day):
            look, what = "holiday", words.HOLIDAY
        elif calendar.is_make_up(day):
            look, what = "make-up", words.MAKE_UP
        elif not calendar.is_workday(day):
            look, what = "free", words.DAY_OFF
        own = calendar.days.get(day)
        title = self._view.say(what)
        if (name := (own.name if own else None) or HOLIDAY_NAMES.get(holiday)) is not None:
            title = f"{title}: {self._view.name(name)}"
        return Markup(
            '<td class="{}{}" data-day="{}"><button type="button" data-act="day" data-key="{}" title="{}">{}'
            "</button></td>"
        ).format(look, " own" if own else "", day, day, title, day.day)

    def _form(self) -> Markup:
        view = self._view
        day = self._day(self._chosen)
        row = self._rows.get(self._chosen, {})
        name: dict[str, str] = row.get("name", {})
        kind = "law" if not row else "workday" if row.get("workday") else "off"
        holiday = str(row.get("holiday", ""))
        holidays = [
            ("", view.say(words.NONE)),
            *((key, view.name(text)) for key, text in HOLIDAY_NAMES.items()),
        ]
        if holiday and holiday not in HOLIDAY_NAMES:
            holidays.append((holiday, holiday))
        entry = Markup('<label class="field{}"><span>{}</span>{}{}</label>')
        problem = Markup('<small class="problem" role="alert">{}</small>').format(self._problem)
        return Markup(
            '<form class="record" data-form="day" autocomplete="off" novalidate><fieldset><legend>{}</legend>'
            '{}{}{}{}{}</fieldset><div class="toolbar"><button class="plain main">{}</button> {}</div></form>'
        ).format(
            view.say(words.SET),
            entry.format(
                " wrong" if self._problem else "",
                view.say(words.DAY),
                Markup('<input type="date" name="day" value="{}">').format(day or ""),
                problem,
            ),
            entry.format("", view.say(words.KIND), _select(view, "kind", kind), ""),
            entry.format(
                "", view.say(words.WHICH),
                Markup('<select name="holiday">{}</select>').format(options_of(holidays, holiday)), "",
            ),
            entry.format("", view.say(words.NAME_ZH), _input("name.zh", name.get("zh", "")), ""),
            entry.format("", view.say(words.NAME_EN), _input("name.en", name.get("en", "")), ""),
            view.say(words.SET),
            view.say(words.CHANGED, count=len(self._changed)) if self._changed else "",
        )  # fmt: skip


def _select(view: View, name: str, chosen: str) -> Markup:
    offered = [(key, view.say(text)) for key, text in KINDS]
    return Markup('<select name="{}">{}</select>').format(name, options_of(offered, chosen))


def _input(name: str, value: str) -> Markup:
    return Markup('<input name="{}" value="{}" maxlength="60">').format(name, value)


def _nowhere(_trouble: Trouble) -> bool:
    return False


async def calendar(view: View) -> None:
    now = datetime.fromtimestamp(view.live.wall_ns() / 1e9, view.zone)
    asked = view.client.request.query_params.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else now.year
    year = min(max(year, YEARS.start), YEARS.stop - 1)
    try:
        editing = await opened(view)
    except VersionError as error:
        with frame(view, view.say(words.CALENDAR)):
            html(Markup('<p class="warning">{}</p>').format(str(error)))
        return
    CalendarPage(view, editing, Calendar(view.live.site.calendar), year).draw()

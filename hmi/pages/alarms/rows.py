"""The rows of an alarm list."""

from collections.abc import Container, Sequence, Set

from markupsafe import Markup

from actors.alarm_states import WAITING
from actors.messages import Alarm, AlarmState
from actors.said import in_language
from hmi import drawing, words
from hmi.alarm_acts import ACKNOWLEDGE, SERVICE, SHELVE
from hmi.alarm_filter import Filter, Tab
from hmi.alarm_index import Grouped, key_of, name_of
from hmi.alarm_naming import alarm_link
from hmi.journal_filter import address
from hmi.pages.alarms.marks import marks, suppressions
from hmi.shell import EMPTY, symbol
from hmi.tabular import table
from hmi.view import View
from hmi.words import annunciation as own
from hmi.words.alarm_journal import IN_JOURNAL


def shown(groups: Sequence[Grouped], unfolded: Container[str]) -> list[Alarm]:
    """The rows of a page, from above."""
    found: list[Alarm] = []
    for group in groups:
        found.append(group.alarm)
        if key_of(group.alarm) in unfolded:
            found += group.members
    return found


class Rows:
    """As they stand under one filter, with some selected."""

    def __init__(self, view: View, wanted: Filter, selected: Set[str]) -> None:
        self._view = view
        self._tab = wanted.tab
        self._narrows = wanted.narrows
        self._selected = selected

    def table(self, groups: Sequence[Grouped], unfolded: Container[str]) -> Markup:
        view = self._view
        if not groups:
            nothing = words.NO_ALARMS if self._narrows else own.EMPTY[self._tab.value]
            return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(view.say(nothing))
        is_active = self._tab is Tab.ACTIVE
        heads = (
            ("tight", self._pick_all(groups, unfolded)),
            ("tight", ""),
            ("", view.say(words.ALARM)),
            ("tight", view.say(words.STATE)),
            ("tight", view.say(words.TIME)),
            *(
                (
                    ("number hide-small", view.say(words.VALUE)),
                    ("number hide-small", view.say(words.LIMIT)),
                    ("hide-small", view.say(words.NOTE)),
                )
                if is_active
                else (("", view.say(own.WHY)),)
            ),
            ("tight", ""),
        )
        rows: list[Markup] = []
        for group in groups:
            is_open = key_of(group.alarm) in unfolded
            rows.append(self._row(group.alarm, self._fold_button(group, is_open=is_open)))
            if is_open:
                rows += [self._row(member, EMPTY, below=True) for member in group.members]
        return table(heads, rows, look="alarms")

    def _pick_all(self, groups: Sequence[Grouped], unfolded: Container[str]) -> Markup:
        keys = {key_of(one) for one in shown(groups, unfolded)}
        return Markup('<input type="checkbox" data-act="pick-page" aria-label="{}"{}>').format(
            self._view.say(own.SELECT_PAGE), Markup(" checked") if keys and keys <= self._selected else EMPTY
        )

    def _row(self, alarm: Alarm, fold: Markup, *, below: bool = False) -> Markup:
        view = self._view
        said = drawing.alarm(view.language, view.live.site, alarm)
        key = key_of(alarm)
        is_active = self._tab is Tab.ACTIVE
        return Markup(
            '<tr class="alarm {state}{below}{mode}" id="{key}" data-alarm="{key}"><td class="tight">'
            '<input type="checkbox" data-act="pick" data-key="{key}" aria-label="{select}"{picked}></td>'
            '<td class="tight">{symbol}</td><td>{name} {message}'
            "{marks}{fold}<br><small>{place}{kind}</small></td>"
            '<td class="tight">{state_word}</td>'
            '<td class="tight"><a href="{journal}" title="{date} · {in_journal}">{time}</a></td>'
            '{middle}<td class="tight">{buttons}</td></tr>'
        ).format(
            state=alarm.state.value,
            below=" below" if below else "",
            mode=f" {alarm.mode}" if alarm.mode else "",
            key=key,
            select=view.say(own.SELECT, name=f"{said.device} {said.message}"),
            picked=(Markup(" checked") if key in self._selected else ""),
            symbol=symbol(
                alarm.priority, alarm.state, view.say(words.PRIORITIES.get(alarm.priority, words.ALARM))
            ),
            name=self._owner(alarm, said.device),
            message=alarm_link(view, name_of(alarm), said.message),
            marks=marks(view, alarm),
            fold=fold,
            place=said.place,
            kind=self._class_of(alarm),
            state_word=view.say(words.ALARM_STATES[alarm.state]),
            date=drawing.date_and_clock(view.zone, alarm.occurred_ns),
            time=drawing.moment(view.zone, alarm.occurred_ns, view.live.wall_ns()),
            journal=address(alarm.device, alarm.point, alarm.rule),
            in_journal=view.say(IN_JOURNAL),
            middle=self._judged(alarm, said) if is_active else self._why(alarm),
            buttons=self._row_buttons(alarm, key),
        )

    def _owner(self, alarm: Alarm, name: str) -> Markup:
        if alarm.device in self._view.live.site.devices:
            return Markup('<a href="/device/{}"><b>{}</b></a>').format(alarm.device, name)
        return Markup("<b>{}</b>").format(name)

    def _class_of(self, alarm: Alarm) -> str:
        found = self._view.live.site.classes.get(alarm.alarm_class)
        return f" · {self._view.name(found.name)}" if found is not None else ""

    def _judged(self, alarm: Alarm, said: drawing.AlarmText) -> Markup:
        return Markup(
            '<td class="number hide-small">{}</td><td class="number hide-small">{}</td>'
            '<td class="hide-small">{} {}</td>'
        ).format(said.value, said.limit, alarm.by, in_language(alarm.note, self._view.language))

    def _why(self, alarm: Alarm) -> Markup:
        return Markup("<td>{}</td>").format(
            Markup("<br>").join(suppressions(self._view, alarm)) or drawing.NOTHING
        )

    def _row_buttons(self, alarm: Alarm, key: str) -> Markup:
        view = self._view
        button = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button>')
        if alarm.state in WAITING and view.can(ACKNOWLEDGE):
            return button.format("ack", key, view.say(words.ACKNOWLEDGE))
        if alarm.state is AlarmState.LATCHED_ACKNOWLEDGED and view.can(ACKNOWLEDGE):
            return button.format("reset", key, view.say(own.RESET))
        if alarm.state is AlarmState.SHELVED and view.can(SHELVE):
            return button.format("unshelve", key, view.say(own.UNSHELVE))
        if alarm.state is AlarmState.OUT_OF_SERVICE and view.can(SERVICE):
            return button.format("put-back", key, view.say(own.PUT_BACK))
        return EMPTY

    def _fold_button(self, group: Grouped, *, is_open: bool) -> Markup:
        view = self._view
        said = []
        if group.members:
            said.append(view.say(own.MEMBERS, count=len(group.members)))
        if group.alarm.device in view.live.site.nodes:
            behind = sum(group.alarm.device in one.upstream for one in view.live.site.devices.values())
            said.append(view.say(own.DEVICES_BEHIND, count=behind))
        if not said:
            return EMPTY
        if not group.members:
            return Markup(' <span class="mark">{}</span>').format(" · ".join(said))
        return Markup(
            ' <button class="quiet" data-act="fold" data-key="{}" aria-expanded="{}">{} {}</button>'
        ).format(
            key_of(group.alarm),
            "true" if is_open else "false",
            "▾" if is_open else "▸",
            " · ".join(said),
        )

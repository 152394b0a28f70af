"""Parts of the site in test, drill or works, and shelved classes: what is in force, setting and ending it."""

from markupsafe import Markup

from actors.messages import Area, EndArea, Mode, SetArea
from hmi import drawing
from hmi import words as common
from hmi.alarm_acts import REASON_LENGTH
from hmi.announcing import place_of_area
from hmi.commanding import carry_out, notify
from hmi.editing import Editor, Field, Kind, Values
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import alarms as alarm_words
from hmi.words import annunciation as words

MODE = "alarm.mode"


class Modes:
    """The page."""

    def __init__(self, view: View) -> None:
        self._view = view

    def draw(self) -> None:
        view = self._view
        with frame(view, view.say(words.MODES)):
            html(Markup('<p class="sub">{}</p>').format(view.say(words.MODES_HINT)))
            if view.can(MODE):
                html(
                    Markup('<div class="toolbar">{}</div>').format(
                        EMPTY.join(
                            Markup('<button class="plain" data-act="set" data-key="{}">{}</button>').format(
                                mode.value, view.say(text)
                            )
                            for mode, text in alarm_words.MODES.items()
                        )
                    )
                )
            html(view.block(self._table, lambda: (tuple(view.live.areas()), view.person)))
            self._editor = Editor(
                view,
                (
                    Field("zone", common.ZONE, Kind.CHOICE),
                    Field("device", words.DEVICE_FIELD),
                    Field("class", words.CLASS, Kind.CHOICE),
                    Field("duration", words.FOR_HOW_LONG, Kind.CHOICE),
                    Field("reason", common.REASON, longest=REASON_LENGTH),
                ),
            )
            self._ending = Editor(view, (Field("reason", common.REASON, longest=REASON_LENGTH),), enter=True)
        view.on("set", MODE, self._set)
        view.on("end", MODE, self._end)

    def _table(self) -> Markup:
        view = self._view
        areas = sorted(view.live.areas(), key=lambda one: one.since_ns)
        if not areas:
            return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(
                view.say(words.NO_MODES)
            )
        heads = (
            ("tight", view.say(words.MODE)),
            ("", view.say(words.PLACE)),
            ("", view.say(common.REASON)),
            ("tight", view.say(words.BY_WHOM)),
            ("tight", view.say(words.BEGAN)),
            ("tight", view.say(words.UNTIL_HEAD)),
            ("tight", ""),
        )
        return table(heads, map(self._row, areas), look="areas")

    def _row(self, area: Area) -> Markup:
        view = self._view
        button = EMPTY
        if view.can(MODE):
            button = Markup('<button class="plain" data-act="end" data-key="{}">{}</button>').format(
                area.id, view.say(words.END_NOW)
            )
        return Markup(
            '<tr data-area="{id}"><td class="tight"><span class="mark {mode}">{word}</span></td>'
            '<td>{place}</td><td>{reason}</td><td class="tight">{by}</td><td class="tight">{since}</td>'
            '<td class="tight">{until}</td><td class="tight">{button}</td></tr>'
        ).format(
            id=area.id,
            mode=area.mode.value,
            word=view.say(alarm_words.MODES[area.mode]),
            place=place_of_area(view, area),
            reason=area.reason,
            by=area.by,
            since=drawing.date_and_clock(view.zone, area.since_ns),
            until=drawing.date_and_clock(view.zone, area.until_ns),
            button=button,
        )

    async def _set(self, key: str) -> None:
        view, site = self._view, self._view.live.site
        if key not in set(Mode):
            return
        mode = Mode(key)
        classes = {
            one.id: view.name(one.name)
            for one in site.classes.values()
            if not one.event and (mode is not Mode.SHELVED or one.shelve_limit_s)
        }
        if mode is not Mode.SHELVED:
            classes = {"any": view.say(words.ALL_CLASSES), **classes}
        zones = {
            one.id: "\u3000" * (len(site.zone_path(one.id)) - 1) + view.name(one.name)
            for one in site.zones.values()
        }

        async def save(entered: Values) -> bool:
            if not entered["reason"].strip():
                notify(view, view.say(common.REASON_MISSING), trouble=True)
                return False
            until_ns = view.live.wall_ns() + int(entered["duration"] or 0) * 10**9
            device, kind = entered["device"].strip(), entered["class"]
            body = SetArea(
                mode,
                "" if device else entered["zone"],
                device,
                "" if kind == "any" else kind,
                until_ns,
                entered["reason"].strip()[:REASON_LENGTH],
            )
            return await carry_out(view, body, MODE)

        first = {"zone": next(iter(zones), ""), "class": next(iter(classes), ""), "duration": "7200"}
        durations = {key: view.say(text) for key, text in words.DURATIONS.items()}
        self._editor.open(
            view.say(alarm_words.MODES[mode]),
            first,
            save,
            choices={"zone": zones, "class": classes, "duration": durations},
            button=words.SET_MODE,
        )

    async def _end(self, key: str) -> None:
        view = self._view
        area = next((one for one in view.live.areas() if one.id == key), None)
        if area is None:
            return
        found = area

        async def save(entered: Values) -> bool:
            body = EndArea(found.id, entered["reason"].strip()[:REASON_LENGTH])
            return await carry_out(view, body, MODE)

        what = f"{view.say(alarm_words.MODES[area.mode])} · {place_of_area(view, area)}"
        self._ending.open(view.say(words.END_OF, what=what), {}, save, button=words.END_NOW)

"""Alarms that trouble the operators for nothing, each offered for shelving with the reason that was found."""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup
from nicegui import ui

from actors.messages import ShelveAlarm
from business.access.plant import WATCH
from business.alarm_kpi.labels import alarm_of, device_of
from business.alarm_kpi.messages import AlarmCount, AlarmKpis
from business.identity.model import Place
from config.text import Text
from hmi import drawing
from hmi.commanding import carry_out
from hmi.editing import Editor, Field, Values, button
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import alarm_kpi as words

SHELVE: Final = "alarm.shelve"
HOUR_S: Final = 3600.0
USUAL_HOURS: Final = 8.0
REASON_LENGTH: Final = 200


class Offers:
    """The buttons of one page, and the dialog behind them."""

    def __init__(self, view: View, found: AlarmKpis) -> None:
        self._view = view
        self._hidden = {(one.device, one.point, one.rule) for one in found.hidden}
        self._reasons: dict[str, str] = {}
        self._editor = Editor(
            view, (Field("hours", words.HOURS, longest=5), Field("reason", words.WHY, longest=REASON_LENGTH))
        )
        if self._is_offered:
            view.on("shelve", SHELVE, self._ask)

    @property
    def _is_offered(self) -> bool:
        """Only the control room commands alarms."""
        view = self._view
        return view.person.place is Place.CONTROL and view.can(WATCH) and view.can(SHELVE)

    def buttons(self, counts: Sequence[AlarmCount], why: Text, **values: object) -> list[Markup]:
        """One for each that may be shelved and is not hidden already."""
        return [self._button(one, self._view.say(why, count=one.count, **values)) for one in counts]

    def _button(self, one: AlarmCount, reason: str) -> Markup:
        if not self._is_offered or (one.device, one.point, one.rule) in self._hidden:
            return EMPTY
        if not self._longest_s(one.device, one.point, one.rule):
            return EMPTY
        key = f"{one.device}/{one.point}/{one.rule}"
        self._reasons[key] = reason
        return button(self._view, "shelve", key, words.SHELVE)

    def _longest_s(self, device: str, point: str, rule: str) -> float:
        """How long its class lets it be shelved; 0 for never, and for what the site no longer has."""
        site = self._view.live.site
        known = site.rule(device, point, rule)
        kind = site.classes.get(known.alarm_class) if known else None
        return kind.shelve_limit_s if kind else 0.0

    async def _ask(self, key: str) -> None:
        if key not in self._reasons:
            return
        view = self._view
        device, point, rule = key.split("/", 2)
        hours = min(USUAL_HOURS, self._longest_s(device, point, rule) / HOUR_S)

        async def save(values: Values) -> bool:
            asked = drawing.number(values["hours"])
            if asked is None:
                ui.notify(view.say(words.NO_HOURS), type="warning")
                return False
            until_ns = view.live.wall_ns() + round(asked * HOUR_S * 1e9)
            command = ShelveAlarm(device, point, rule, until_ns, one_shot=False, reason=values["reason"])
            return await carry_out(view, command, SHELVE)

        site, language = view.live.site, view.language
        title = view.say(
            words.SHELVE_TITLE,
            device=device_of(site, device, language),
            alarm=alarm_of(site, device, point, rule, language),
        )
        self._editor.open(
            title, {"hours": f"{hours:g}", "reason": self._reasons[key]}, save, button=words.SHELVE
        )

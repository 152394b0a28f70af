"""What a person does to alarms, one or many: dialogs, commands, and what came of them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from actors.alarm_requests import class_of
from actors.alarm_states import HIDDEN, SOUNDING, WAITING
from actors.messages import (
    AcknowledgeAlarm,
    Alarm,
    AlarmState,
    Hiding,
    RecordVerdict,
    RemoveFromService,
    ResetAlarm,
    ReturnToService,
    ShelveAlarm,
    SilenceAlarm,
    UnshelveAlarm,
    Verdict,
)
from config.text import Text
from hmi import drawing
from hmi import words as common
from hmi.alarm_index import name_of
from hmi.bulk import send_all
from hmi.commanding import notify
from hmi.editing import YES, Editor, Field, Kind, Values
from hmi.view import View
from hmi.words import alarms as alarm_words
from hmi.words import annunciation as words

REASON_LENGTH = 200
NOTE_LENGTH = 500
ACKNOWLEDGE, SHELVE, SERVICE = "alarm.acknowledge", "alarm.shelve", "alarm.service"


class AlarmActs:
    """The dialogs of one page. What is asked about is what will be acted on, not what occurs meanwhile."""

    def __init__(self, view: View, after: Callable[[], None]) -> None:
        self._view = view
        self._after = after
        reason = Field("reason", common.REASON, longest=REASON_LENGTH)
        duration = Field("duration", words.FOR_HOW_LONG, Kind.CHOICE)
        self._note = Editor(view, (Field("note", common.NOTE, longest=NOTE_LENGTH),), enter=True)
        self._reason = Editor(view, (reason,), enter=True)
        self._shelf = Editor(view, (duration, Field("once", words.ONE_SHOT_FIELD, Kind.YES_NO), reason))
        self._service = Editor(view, (Field("order", words.ORDER, longest=64), duration, reason))
        self._verdict = Editor(
            view,
            (
                Field("verdict", words.VERDICT, Kind.CHOICE),
                Field("cause", words.VERDICT_CAUSE, Kind.LONG, longest=NOTE_LENGTH),
                Field("done", words.VERDICT_DONE, Kind.LONG, longest=NOTE_LENGTH),
            ),
        )

    # -- what may be done to which

    def acknowledge(self, alarms: Iterable[Alarm]) -> None:
        def commands(some: Sequence[Alarm], values: Values) -> list[Any]:
            note = values["note"].strip()[:NOTE_LENGTH]
            return [AcknowledgeAlarm(*name_of(one), one.event, note) for one in some]

        some = [one for one in alarms if one.state in WAITING]
        self._ask(self._note, common.ACKNOWLEDGE, ACKNOWLEDGE, some, {}, commands)

    async def silence(self, alarms: Iterable[Alarm]) -> None:
        some = [one for one in alarms if one.state in SOUNDING]
        if some and await self._view.may(ACKNOWLEDGE):
            bodies = [SilenceAlarm(*name_of(one), one.event) for one in some]
            await self._carry_out(words.SILENCE_THESE, bodies)

    def shelve(self, alarms: Iterable[Alarm]) -> None:
        view = self._view
        some = [one for one in alarms if one.state is not AlarmState.SHELVED]
        limits = [class_of(view.live.site, name_of(one)).shelve_limit_s for one in some]
        longest = min(limits, default=0.0)
        if some and not longest:
            notify(view, view.say(words.NO_SHELVING), trouble=True)
            return

        def commands(some: Sequence[Alarm], values: Values) -> list[Any]:
            until_ns = view.live.wall_ns() + int(values["duration"] or 0) * 10**9
            once = values["once"] == YES
            return [
                ShelveAlarm(*name_of(one), until_ns, once, values["reason"].strip()[:REASON_LENGTH])
                for one in some
            ]

        durations = self._durations(longest)
        first = "3600" if "3600" in durations else next(iter(durations), "")
        self._ask(
            self._shelf, words.SHELVE, SHELVE, some, {"duration": first}, commands, {"duration": durations}
        )

    def unshelve(self, alarms: Iterable[Alarm]) -> None:
        def commands(some: Sequence[Alarm], values: Values) -> list[Any]:
            return [UnshelveAlarm(*name_of(one), values["reason"].strip()[:REASON_LENGTH]) for one in some]

        some = [one for one in alarms if _is_hidden(one, Hiding.SHELVED)]
        self._ask(self._reason, words.UNSHELVE, SHELVE, some, {}, commands)

    def take_out(self, alarms: Iterable[Alarm]) -> None:
        view = self._view

        def commands(some: Sequence[Alarm], values: Values) -> list[Any]:
            seconds = int(values["duration"] or 0)
            until_ns = view.live.wall_ns() + seconds * 10**9 if seconds else 0
            order, reason = values["order"].strip()[:64], values["reason"].strip()[:REASON_LENGTH]
            return [RemoveFromService(*name_of(one), until_ns, order, reason) for one in some]

        some = [one for one in alarms if one.state is not AlarmState.OUT_OF_SERVICE]
        choices = {**self._durations(float("inf")), "0": view.say(words.UNTIL_PUT_BACK)}
        self._ask(
            self._service,
            words.TAKE_OUT,
            SERVICE,
            some,
            {"duration": "28800"},
            commands,
            {"duration": choices},
        )

    def put_back(self, alarms: Iterable[Alarm]) -> None:
        def commands(some: Sequence[Alarm], values: Values) -> list[Any]:
            return [ReturnToService(*name_of(one), values["reason"].strip()[:REASON_LENGTH]) for one in some]

        some = [one for one in alarms if _is_hidden(one, Hiding.OUT_OF_SERVICE)]
        self._ask(self._reason, words.PUT_BACK, SERVICE, some, {}, commands)

    def reset(self, alarms: Iterable[Alarm]) -> None:
        def commands(some: Sequence[Alarm], values: Values) -> list[Any]:
            note = values["note"].strip()[:NOTE_LENGTH]
            return [ResetAlarm(*name_of(one), one.event, note) for one in some]

        some = [one for one in alarms if one.state not in HIDDEN and not one.active]
        self._ask(self._note, words.RESET, ACKNOWLEDGE, some, {}, commands)

    def judge(self, alarm: Alarm) -> None:
        view, kept = self._view, alarm.judgement

        def commands(some: Sequence[Alarm], values: Values) -> list[Any]:
            verdict = Verdict(values["verdict"] or Verdict.REAL.value)
            cause, done = values["cause"].strip()[:NOTE_LENGTH], values["done"].strip()[:NOTE_LENGTH]
            return [RecordVerdict(*name_of(one), one.event, verdict, cause, done) for one in some]

        first = kept.verdict.value if kept else alarm.mode or Verdict.REAL.value
        values = {
            "verdict": first,
            "cause": kept.cause if kept else "",
            "done": kept.done if kept else "",
        }
        verdicts = {one.value: view.say(text) for one, text in alarm_words.VERDICTS.items()}
        self._ask(self._verdict, words.RECORD, ACKNOWLEDGE, [alarm], values, commands, {"verdict": verdicts})

    # -- within

    def _durations(self, longest_s: float) -> dict[str, str]:
        return {
            key: self._view.say(text) for key, text in words.DURATIONS.items() if int(key) <= longest_s
        } or {str(int(longest_s)): drawing.limit_span(self._view.language, longest_s)}

    def _ask(
        self,
        editor: Editor,
        act: Text,
        permission: str,
        alarms: list[Alarm],
        values: Values,
        commands: Callable[[Sequence[Alarm], Values], list[Any]],
        choices: dict[str, dict[str, str]] | None = None,
    ) -> None:
        view = self._view
        if not alarms:
            notify(view, view.say(words.NOTHING, act=view.say(act)), trouble=True)
            return

        async def save(entered: Values) -> bool:
            if "reason" in entered and not entered["reason"].strip():
                notify(view, view.say(common.REASON_MISSING), trouble=True)
                return False
            if not await view.may(permission):
                return False
            return await self._carry_out(act, commands(alarms, entered))

        first = drawing.alarm(view.language, view.live.site, alarms[0])
        more = f" (+{len(alarms) - 1})" if len(alarms) > 1 else ""
        title = f"{view.say(act)} · {first.device} {first.message}{more}"
        editor.open(title, values, save, choices=choices, button=act)

    async def _carry_out(self, act: Text, bodies: list[Any]) -> bool:
        """True when at least one was done: then the dialog has served."""
        view = self._view
        ended = await send_all(view, bodies)
        said = view.say(
            words.FAILED_COUNT if ended.failed else words.DONE_COUNT,
            act=view.say(act),
            done=ended.done,
            **({"failed": ended.failed} if ended.failed else {}),
        )
        notify(view, f"{said} · {ended.reason}" if ended.failed else said, trouble=bool(ended.failed))
        self._after()
        return ended.done > 0


def _is_hidden(alarm: Alarm, kind: Hiding) -> bool:
    return any(one.kind is kind and not one.cause for one in alarm.suppressions)


def register(view: View, acts: "AlarmActs", chosen: Callable[[str], Iterable[Alarm]]) -> None:
    """The buttons `act` of a page. `chosen` gives the alarms that a key stands for ('' for the selected)."""

    def on(act: str, permission: str, do: Callable[[Iterable[Alarm]], None]) -> None:
        async def handle(key: str) -> None:
            do(chosen(key))

        view.on(act, permission, handle)

    on("ack", ACKNOWLEDGE, acts.acknowledge)
    on("reset", ACKNOWLEDGE, acts.reset)
    on("shelve", SHELVE, acts.shelve)
    on("unshelve", SHELVE, acts.unshelve)
    on("take-out", SERVICE, acts.take_out)
    on("put-back", SERVICE, acts.put_back)

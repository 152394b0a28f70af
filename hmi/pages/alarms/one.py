"""One alarm: what it means, what to do and by when, what it hangs together with, how it was closed."""

from collections.abc import Iterable

from markupsafe import Markup

from actors.alarm_requests import class_of
from actors.alarm_states import WAITING
from actors.messages import Alarm, AlarmState, Hiding, TickStep
from actors.said import in_language
from config.rules import ResponseStep, Rule
from config.text import Text
from hmi import drawing
from hmi import words as common
from hmi.alarm_acts import ACKNOWLEDGE, SERVICE, SHELVE, AlarmActs, register
from hmi.alarm_index import Name, name_of
from hmi.alarm_naming import alarm_link, named, title_of
from hmi.commanding import carry_out
from hmi.journal_filter import address
from hmi.pages.alarms.marks import marks, suppressions
from hmi.pages.missing import missing
from hmi.pages.notify.of_alarm import ToldOf
from hmi.shell import EMPTY, frame, html, symbol
from hmi.view import View
from hmi.words import alarms as alarm_words
from hmi.words import annunciation as words

_MOST = 50
"""Alarms named that this one explains."""


class AlarmPage:
    """Follows the alarm as long as the page is open, through its returns and new occurrences."""

    def __init__(self, view: View, name: Name, rule: Rule | None) -> None:
        self._view = view
        self._name = name
        self._rule = rule
        self._class = class_of(view.live.site, name)

    def draw(self) -> None:
        view = self._view
        title = title_of(view, view.live.site, self._name)
        above = Markup('<p class="crumbs"><a href="/alarms">{}</a></p>').format(view.say(common.ALARMS))
        watch, told = self._watch, ToldOf(view, self._name)
        with frame(view, title, above):
            html(view.block(self._head, watch))
            html(
                Markup('<div class="two"><div>{}{}{}</div><div>{}{}{}</div></div>').format(
                    view.slowly(self._facts, "div"),
                    self._rationalisation(),
                    view.block(self._related, watch),
                    view.slowly(self._checklist, "div"),
                    view.block(self._verdict, watch),
                    told.markup(),
                )
            )
            told.start()
            self._acts = AlarmActs(view, lambda: None)
        register(view, self._acts, self._chosen)
        view.on("silence", ACKNOWLEDGE, self._silence)
        view.on("tick", ACKNOWLEDGE, self._tick)
        view.on("judge", ACKNOWLEDGE, self._judge)

    def _alarm(self) -> Alarm | None:
        return self._view.house.alarms.now.by_name.get(self._name)

    def _watch(self) -> object:
        return self._view.house.alarms.revision, self._view.person

    # -- drawing

    def _head(self) -> Markup:
        view, alarm = self._view, self._alarm()
        if alarm is None:
            return Markup('<div class="alarm-head"><b>{}</b>{}</div>').format(
                view.say(words.NOT_IN_ALARM), self._buttons(None)
            )
        return Markup('<div class="alarm-head">{} <b>{}</b>{} {}</div>').format(
            symbol(
                alarm.priority,
                alarm.state,
                view.say(common.PRIORITIES.get(alarm.priority, common.ALARM)),
            ),
            view.say(common.ALARM_STATES[alarm.state]),
            marks(view, alarm),
            self._buttons(alarm),
        )

    def _buttons(self, alarm: Alarm | None) -> Markup:
        view = self._view
        button = Markup('<button class="plain" data-act="{}" data-key="-"{}>{}</button> ')
        return EMPTY.join(
            button.format(act, Markup(' data-hotkey="{}"').format(key) if key else EMPTY, view.say(text))
            for act, key, text, permission, offered in _offers(alarm)
            if offered and view.can(permission)
        )

    def _facts(self) -> Markup:
        view, alarm = self._view, self._alarm()
        device, point, rule = self._name
        facts: list[tuple[str, str | Markup]] = []
        if alarm is not None:
            said = drawing.alarm(view.language, view.live.site, alarm)
            occurred = drawing.date_and_clock(view.zone, alarm.occurred_ns)
            facts += [
                (view.say(words.OCCURRED), occurred if alarm.event else drawing.NOTHING),
                (view.say(words.CONDITION), view.say(words.HOLDS if alarm.active else words.IS_OVER)),
                (view.say(common.VALUE), said.value),
                (view.say(common.LIMIT), said.limit),
                (view.say(common.ZONE), said.place),
            ]
            if self._rule is not None and self._rule.response_s and alarm.active:
                facts.append((view.say(words.RESPONSE_TIME), self._clock(alarm, self._rule.response_s)))
            if alarm.by:
                note = in_language(alarm.note, view.language)
                facts.append((view.say(common.BY), f"{alarm.by} {note}"))
            if alarm.suppressions:
                facts.append((view.say(words.SUPPRESSIONS), Markup("<br>").join(suppressions(view, alarm))))
        links = [Markup('<a href="{}">{}</a>').format(address(device, point, rule), view.say(words.HISTORY))]
        if device in view.live.site.devices:
            links.append(Markup('<a href="/device/{}">{}</a>').format(device, view.say(words.TREND)))
        facts.append(("", Markup(" · ").join(links)))
        return _card(view.say(words.WHAT), _listed(facts))

    def _clock(self, alarm: Alarm, within_s: float) -> Markup:
        """What is left of the time to respond, or by how much it is over."""
        view = self._view
        left_s = within_s - (view.live.wall_ns() - alarm.occurred_ns) / 1e9
        if left_s >= 0:
            said = view.say(words.LEFT, left=drawing.span(view.language, left_s))
            return Markup('<span class="running">{}</span>').format(said)
        said = view.say(words.OVER, over=drawing.span(view.language, -left_s))
        return Markup('<span class="running late">{}</span>').format(said)

    def _rationalisation(self) -> Markup:
        view, rule = self._view, self._rule
        if rule is None:
            return EMPTY
        missing_ = view.say(words.NOT_SAID)

        def say(text: Text | None) -> str:
            return view.name(text) if text is not None else missing_

        severity = view.say(alarm_words.SEVERITIES[rule.severity]) if rule.severity else missing_
        within = drawing.limit_span(view.language, rule.response_s) if rule.response_s else missing_
        facts = [
            (view.say(words.CAUSE), say(rule.cause)),
            (view.say(words.CONSEQUENCE), say(rule.consequence)),
            (view.say(words.ACTION), Markup("<b>{}</b>").format(say(rule.action))),
            (view.say(words.RESPONSE_TIME), within),
            (view.say(words.SEVERITY), severity),
            (view.say(common.PRIORITY), view.say(common.PRIORITIES[rule.priority.rank])),
            (view.say(words.CLASS), view.name(self._class.name)),
        ]
        return _card(view.say(words.RATIONALISATION), _listed(facts))

    def _related(self) -> Markup:
        """What explains it, and what it explains."""
        view, now = self._view, self._view.house.alarms.now
        alarm = self._alarm()
        shown = EMPTY
        if alarm is not None and alarm.root:
            root = named(alarm.root)
            said = alarm_link(view, root) if root is not None else Markup("{}").format(alarm.root)
            shown += _card(view.say(words.ROOT), said)
        mine = "/".join(self._name)
        explained = [one for one in now.told if one.root == mine]
        lost = []
        if self._name[0] in view.live.site.nodes:
            lost = [one for one in view.live.site.devices.values() if self._name[0] in one.upstream]
        if explained or lost:
            links = [alarm_link(view, name_of(one)) for one in explained[:_MOST]]
            links += [
                Markup('<a href="/device/{}">{}</a>').format(one.id, view.name(one.name))
                for one in lost[:_MOST]
            ]
            count = len(explained) + len(lost)
            shown += _card(f"{view.say(words.EXPLAINS)} · {count}", Markup(" · ").join(links))
        return shown

    def _checklist(self) -> Markup:
        steps = self._class.checklist
        if not steps:
            return EMPTY
        alarm = self._alarm()
        lines = EMPTY.join(self._step(at, step, alarm) for at, step in enumerate(steps))
        return _card(self._view.say(words.CHECKLIST), Markup('<ol class="response">{}</ol>').format(lines))

    def _step(self, at: int, step: ResponseStep, alarm: Alarm | None) -> Markup:
        view = self._view
        tick = next((one for one in alarm.ticks if one.step == at), None) if alarm else None
        under: list[str | Markup] = []
        if step.within_s:
            within = view.say(words.STEP_WITHIN, time=drawing.limit_span(view.language, step.within_s))
            under.append(within)
            until_ns = alarm.occurred_ns + round(step.within_s * 1e9) if alarm else 0
            if alarm and alarm.event and (tick.time_ns if tick else view.live.wall_ns()) > until_ns:
                under.append(Markup('<span class="late">{}</span>').format(view.say(words.STEP_OVERDUE)))
        if tick is not None:
            time = drawing.clock(view.zone, tick.time_ns)
            under.append(view.say(words.STEP_DONE, by=tick.by, time=time))
            under.append(tick.note)
        if step.telephone:
            said = view.say(words.TELEPHONE, number=step.telephone)
            under.append(Markup("<b>{}</b>").format(said))
        if step.camera:
            under.append(
                Markup('<a href="/device/{}">{}</a>').format(
                    step.camera.partition("/")[0], view.say(words.CAMERA)
                )
            )
        button = EMPTY
        if tick is None and alarm is not None and alarm.event and view.can(ACKNOWLEDGE):
            button = Markup('<button class="plain" data-act="tick" data-key="{}">{}</button>').format(
                f"{at}#{alarm.event}", view.say(words.TICK)
            )
        return Markup(
            '<li class="{}" data-step="{}"><b>{}</b><span>{}</span>{}<small>{}</small></li>'
        ).format(
            "done" if tick else "",
            at,
            "✓" if tick else f"{at + 1}.",
            view.name(step.text),
            button or Markup("<span></span>"),
            Markup(" · ").join(one for one in under if one),
        )

    def _verdict(self) -> Markup:
        view, alarm = self._view, self._alarm()
        if alarm is None or not alarm.event or not (self._class.verdict or alarm.judgement):
            return EMPTY
        kept = alarm.judgement
        if kept is not None:
            said = _listed(
                [
                    (view.say(words.VERDICT), view.say(alarm_words.VERDICTS[kept.verdict])),
                    (view.say(words.VERDICT_CAUSE), kept.cause),
                    (view.say(words.VERDICT_DONE), kept.done or drawing.NOTHING),
                    (
                        view.say(common.BY),
                        f"{kept.by} {drawing.date_and_clock(view.zone, kept.time_ns)}",
                    ),
                ]
            )
        else:
            said = Markup("<p>{}</p>").format(view.say(words.VERDICT_NEEDED))
        button = EMPTY
        if view.can(ACKNOWLEDGE):
            button = Markup('<p><button class="plain" data-act="judge">{}</button></p>').format(
                view.say(words.RECORD)
            )
        return _card(view.say(words.VERDICT), said + button)

    # -- what a person does

    def _chosen(self, _key: str) -> Iterable[Alarm]:
        alarm = self._alarm()
        return [alarm] if alarm is not None else []

    async def _silence(self, _key: str) -> None:
        await self._acts.silence(self._chosen(""))

    async def _tick(self, key: str) -> None:
        """The key names step and occurrence: what was seen is what is ticked."""
        step, _, event = key.partition("#")
        if step.isdecimal() and event.isdecimal() and len(key) < 20:
            await carry_out(self._view, TickStep(*self._name, int(event), int(step), ""), ACKNOWLEDGE)

    async def _judge(self, _key: str) -> None:
        if (alarm := self._alarm()) is not None:
            self._acts.judge(alarm)


def _offers(alarm: Alarm | None) -> list[tuple[str, str, Text, str, bool]]:
    """Act, key, label, permission, and whether the alarm is in a state for it."""
    if alarm is None:
        return []
    kinds = {one.kind for one in alarm.suppressions if not one.cause}
    latched = {AlarmState.LATCHED, AlarmState.LATCHED_ACKNOWLEDGED}
    return [
        ("ack", "a", common.ACKNOWLEDGE, ACKNOWLEDGE, alarm.state in WAITING),
        ("silence", "m", words.SILENCE, ACKNOWLEDGE, alarm.state in WAITING),
        ("reset", "", words.RESET, ACKNOWLEDGE, alarm.state in latched),
        ("shelve", "s", words.SHELVE_KEY, SHELVE, Hiding.SHELVED not in kinds),
        ("unshelve", "", words.UNSHELVE, SHELVE, Hiding.SHELVED in kinds),
        ("take-out", "", words.TAKE_OUT, SERVICE, Hiding.OUT_OF_SERVICE not in kinds),
        ("put-back", "", words.PUT_BACK, SERVICE, Hiding.OUT_OF_SERVICE in kinds),
    ]


def _card(title: str, content: Markup) -> Markup:
    return Markup('<section class="card"><h2>{}</h2>{}</section>').format(title, content)


def _listed(facts: Iterable[tuple[str, str | Markup]]) -> Markup:
    return Markup('<dl class="facts">{}</dl>').format(
        EMPTY.join(Markup("<dt>{}</dt><dd>{}</dd>").format(*fact) for fact in facts)
    )


def alarm(view: View, key: str) -> None:
    parts = key.split("~")
    if len(parts) != 3:
        missing(view)
        return
    name = parts[0], parts[1], parts[2]
    rule = view.live.site.rule(*name)
    if rule is None and name not in view.house.alarms.now.by_name:
        missing(view)
        return
    AlarmPage(view, name, rule).draw()

"""What a person asks of an alarm: why not, or what becomes of it. Pure."""

from dataclasses import dataclass, replace

from actors.alarm_records import Name, Record
from actors.alarm_states import HIDDEN, SILENCE_S, SOUNDING, WAITING, Trigger
from actors.messages import (
    AcknowledgeAlarm,
    Alarm,
    AlarmState,
    Hiding,
    Issuer,
    Judgement,
    RecordVerdict,
    RemoveFromService,
    ResetAlarm,
    ReturnToService,
    ShelveAlarm,
    SilenceAlarm,
    Suppression,
    Tick,
    TickStep,
    UnshelveAlarm,
)
from actors.said import in_chinese, said
from config.rules import AlarmClass
from config.site import Site

Request = (
    AcknowledgeAlarm
    | SilenceAlarm
    | ResetAlarm
    | ShelveAlarm
    | UnshelveAlarm
    | RemoveFromService
    | ReturnToService
    | TickStep
    | RecordVerdict
)
OF_AN_OCCURRENCE = AcknowledgeAlarm | SilenceAlarm | ResetAlarm | TickStep | RecordVerdict
"""They name the event that their person saw, so that no later one is answered unseen."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What a request comes to."""

    alarm: Alarm
    """With what the request itself changes."""
    trigger: Trigger | None
    """None where the state stays as it is."""
    journaled: str = ""
    """What the journal calls it when there is no trigger."""
    note: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """It is as asked already."""


Answer = Deed | Nothing | str


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, about which alarm of which site. `record` is blank for one that never occurred."""

    site: Site
    record: Record
    issuer: Issuer
    wall_ns: int

    def answer(self, request: Request) -> Answer:
        """What becomes of it; a refusal names the alarm, its state and the way out."""
        if isinstance(request, OF_AN_OCCURRENCE) and (refused := self._other_event(request.event)):
            return refused
        if self._class().event:
            zh, en = self._names()
            return said(
                f"{zh}是事件，只作记录，无需处理；如不需要请修改其报警类别",
                f"{en} is an event: it is journaled and shown to nobody; give it another class for that",
            )
        match request:
            case AcknowledgeAlarm():
                return self._acknowledge(request)
            case SilenceAlarm():
                return self._silence()
            case ResetAlarm():
                return self._reset(request)
            case ShelveAlarm():
                return self._shelve(request)
            case UnshelveAlarm():
                return self._lift(Hiding.SHELVED, Trigger.UNSHELVE, request.reason)
            case RemoveFromService():
                return self._take_out(request)
            case ReturnToService():
                return self._lift(Hiding.OUT_OF_SERVICE, Trigger.PUT_BACK, request.reason)
            case TickStep():
                return self._tick(request)
            case RecordVerdict():
                return self._judge(request)

    # --- answers

    def _acknowledge(self, request: AcknowledgeAlarm) -> Answer:
        alarm, (zh, en) = self.record.alarm, self._names()
        event, state = alarm.event, alarm.state
        if state in {AlarmState.ACKNOWLEDGED, AlarmState.LATCHED_ACKNOWLEDGED} or (
            state is AlarmState.NORMAL and alarm.by
        ):
            return said(
                f"{zh}第 {event} 次报警已由 {alarm.by} 确认",
                f"{en} event {event} was acknowledged by {alarm.by} already",
            )
        if state in HIDDEN:
            return said(
                f"{zh}已{_HIDDEN_ZH[state]}，不必确认；解除后如仍报警会再次提示",
                f"{en} is {state}: nothing to acknowledge; it is told anew if it is active when that ends",
            )
        if state not in WAITING or not self.record.shown:
            return said(
                f"{zh}第 {event} 次报警无需确认",
                f"{en} event {event} needs no acknowledgement: it is {state}",
            )
        changed = replace(alarm, by=self.issuer.user, note=request.note, repeats=0)
        return Deed(changed, Trigger.ACKNOWLEDGE, note=request.note)

    def _silence(self) -> Answer:
        alarm = self.record.alarm
        sounds = alarm.state in SOUNDING and not self.record.held
        if not sounds or self.wall_ns - alarm.silenced_ns < SILENCE_S * 1e9:
            return Nothing()
        return Deed(replace(alarm, silenced_ns=self.wall_ns), Trigger.SILENCE)

    def _reset(self, request: ResetAlarm) -> Answer:
        alarm, (zh, en) = self.record.alarm, self._names()
        if alarm.active:
            return said(
                f"{zh}的报警条件仍然存在；条件消除后才能复位",
                f"the condition of {en} still holds; reset it when that is over",
            )
        if alarm.state not in {AlarmState.LATCHED, AlarmState.LATCHED_ACKNOWLEDGED}:
            return said(f"{zh}没有锁定，无需复位", f"{en} is not latched: it is {alarm.state}")
        if self._class().verdict and alarm.judgement is None:
            return said(
                f"{zh}须先登记结论（真实、误报、测试、演练、施工）才能复位",
                f"{en} needs a verdict (real, false, test, drill, works) before it can be reset",
            )
        return Deed(alarm, Trigger.RESET, note=request.note)

    def _shelve(self, request: ShelveAlarm) -> Answer:
        zh, en = self._names()
        limit_s = self._class().shelve_limit_s
        asked_s = (request.until_ns - self.wall_ns) / 1e9
        if not limit_s:
            kind = self._class().name
            return said(
                f"{kind.zh}类报警不能搁置；需要时请设置测试或施工模式",
                f"alarms of class {kind.en} cannot be shelved; set a test or works mode if need be",
            )
        if refused := self._without_reason(request.reason, "搁置", "shelve"):
            return refused
        if not 0 < asked_s <= limit_s + 1:
            return said(
                f"{zh}的搁置时长 {asked_s / 60:.0f} 分钟不在 0 至 {limit_s / 60:.0f} 分钟之内",
                f"{en} for {asked_s / 60:.0f} min is not within 0 to {limit_s / 60:.0f} min",
            )
        shelf = Suppression(
            Hiding.SHELVED, "", self.issuer.user, request.reason, self.wall_ns, request.until_ns,
            request.one_shot,
        )  # fmt: skip
        return Deed(self._with(shelf), Trigger.SHELVE, note=request.reason)

    def _take_out(self, request: RemoveFromService) -> Answer:
        zh, en = self._names()
        if refused := self._without_reason(request.reason, "退出服务", "take out of service"):
            return refused
        if not request.order.strip():
            return said(
                f"{zh}退出服务须写明工单号", f"{en} is taken out of service under a work order: name it"
            )
        if request.until_ns and request.until_ns <= self.wall_ns:
            return said(
                f"{zh}退出服务的结束时间已过；请填写以后的时间或留空",
                f"the end of the time out of service of {en} is past; give a later one or none",
            )
        out = Suppression(
            Hiding.OUT_OF_SERVICE, "", self.issuer.user, request.reason, self.wall_ns, request.until_ns,
            order=request.order,
        )  # fmt: skip
        return Deed(self._with(out), Trigger.TAKE_OUT, note=f"{request.order} {request.reason}")

    def _lift(self, kind: Hiding, trigger: Trigger, reason: str) -> Answer:
        alarm, (zh, en) = self.record.alarm, self._names()
        rest = tuple(one for one in alarm.suppressions if one.kind is not kind or one.cause)
        if len(rest) == len(alarm.suppressions):
            what = _HIDDEN_ZH[AlarmState(kind.value)]
            return said(f"{zh}没有{what}", f"nobody has {_HIDDEN_EN[kind]} {en}")
        return Deed(replace(alarm, suppressions=rest), trigger, note=reason)

    def _tick(self, request: TickStep) -> Answer:
        alarm, (zh, en) = self.record.alarm, self._names()
        steps = self._class().checklist
        if not 0 <= request.step < len(steps):
            return said(
                f"{zh}的处置清单没有第 {request.step + 1} 步，共 {len(steps)} 步",
                f"the checklist of {en} has {len(steps)} steps, not {request.step + 1}",
            )
        if any(one.step == request.step for one in alarm.ticks):
            return Nothing()
        tick = Tick(request.step, self.issuer.user, self.wall_ns, request.note)
        text = steps[request.step].text
        note = said(f"{text.zh} {request.note}".strip(), f"{text.en} {request.note}".strip())
        return Deed(replace(alarm, ticks=(*alarm.ticks, tick)), None, "response_step", note)

    def _judge(self, request: RecordVerdict) -> Answer:
        alarm, (zh, en) = self.record.alarm, self._names()
        if not request.cause.strip():
            return said(f"{zh}的结论须写明原因", f"the verdict on {en} needs a cause")
        judgement = Judgement(request.verdict, request.cause, request.done, self.issuer.user, self.wall_ns)
        note = "；".join(part for part in (request.cause, request.done) if part)
        changed = replace(alarm, judgement=judgement)
        return Deed(changed, None, "verdict", note, request.verdict.value)

    # --- what they rest on

    def _other_event(self, event: int) -> str:
        current, (zh, en) = self.record.alarm.event, self._names()
        if current < event or not current:
            return said(
                f"{zh}没有第 {event} 次报警；请查看报警列表",
                f"{en} has no event {event}; look at the alarm list again",
            )
        if current > event:
            return said(
                f"{zh}再次发生：第 {event} 次已过去，现在是第 {current} 次；请重新查看",
                f"{en} occurred again: event {event} is past, now it is {current}; look again",
            )
        return ""

    def _without_reason(self, reason: str, zh_act: str, en_act: str) -> str:
        zh, en = self._names()
        return "" if reason.strip() else said(f"{zh}{zh_act}须写明原因", f"to {en_act} {en}, give a reason")

    def _with(self, one: Suppression) -> Alarm:
        """With one more person's suppression, instead of an earlier one of its kind."""
        alarm = self.record.alarm
        rest = tuple(each for each in alarm.suppressions if each.kind is not one.kind or each.cause)
        return replace(alarm, suppressions=(*rest, one))

    def _class(self) -> AlarmClass:
        return class_of(self.site, self.record.name)

    def _names(self) -> tuple[str, str]:
        return names_of(self.site, self.record.name)


_HIDDEN_ZH = {
    AlarmState.SHELVED: "搁置",
    AlarmState.SUPPRESSED: "被设计抑制",
    AlarmState.OUT_OF_SERVICE: "退出服务",
}
_HIDDEN_EN = {
    Hiding.SHELVED: "shelved",
    Hiding.SUPPRESSED: "suppressed",
    Hiding.OUT_OF_SERVICE: "taken out of service",
}


def names_of(site: Site, name: Name) -> tuple[str, str]:
    """An alarm in Chinese (with a blank behind) and in English."""
    device, point, rule = name
    found, node = site.devices.get(device), site.nodes.get(device)
    zh = in_chinese(found, point) if found else f"{node.name.zh}（{device}）" if node else device
    return f"{zh} {rule} ", "/".join(part for part in name if part)


def class_of(site: Site, name: Name) -> AlarmClass:
    """The class of an alarm; a plain one for what the site does not have (any more)."""
    rule = site.rule(*name)
    known = site.classes.get(rule.alarm_class) if rule else None
    return known or AlarmClass("", site.name)

"""What a zone decides about its alarms, given conditions, persons, circumstances and configurations. Pure.

Held back: an occurrence that is older than this process or than `annunciate_within_s` when it arrives, one
beneath a lost device or node, and one in a part of the site under test is journaled but not told. If it ends
before its source has caught up, nobody was ever told and it is over; if it lasts, it is told once, with the
time at which it occurred.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from actors.alarm_keeper import NODE_WAIT_S, AlarmKeeper
from actors.alarm_records import Cause, Decision, Key, Name, Record, blank
from actors.alarm_requests import Asked, Nothing, Request
from actors.alarm_states import Trigger
from actors.circumstances import Circumstances, hiding, mode_of, written
from actors.messages import (
    ActiveCondition,
    AlarmState,
    ConditionChanged,
    ConditionsRead,
    DeviceAcknowledged,
    Hiding,
    Issuer,
    PassAcknowledgement,
    Suppression,
)
from actors.said import in_language, said
from config.rules import NODE_OUT, Priority, Rule, RuleKind
from config.site import Site
from config.text import Text

_BEGIN = {Hiding.SHELVED: Trigger.SHELVE, Hiding.SUPPRESSED: Trigger.SUPPRESS}
_END = {Hiding.SHELVED: Trigger.UNSHELVE, Hiding.SUPPRESSED: Trigger.UNSUPPRESS}
BOARD = "board"
"""Source of what is known beyond the zone; it never lags behind."""
_EXPIRES = {Trigger.SHELF_TIME: Hiding.SHELVED, Trigger.PUT_BACK: Hiding.OUT_OF_SERVICE}
_UNKNOWN = Rule("", RuleKind.STATE, 0.0, 0.0, 0.0, 0.0, Priority.MEDIUM, Text("", ""))
"""Of a condition that a configuration brings which has not arrived here yet."""


class AlarmBook(AlarmKeeper):
    """The alarms of one zone. `started_ns` is when this process began, UTC."""

    def __init__(self, zone: str, site: Site, *, started_ns: int, annunciate_within_s: float) -> None:
        super().__init__(zone, site)
        self._started_ns = started_ns
        self._within_ns = round(annunciate_within_s * 1e9)
        self._is_told = False
        """Whether the board has said how things are: what was kept may have ended while nobody looked."""
        self.behind: set[str] = set()
        """Sources whose backlog has not ended, as far as is known."""

    # --- what happens

    def load(self, records: Iterable[Record], wall_ns: int) -> Decision:
        """Take over what was kept, retire what the configuration no longer has, and show the rest."""
        for record in records:
            self._keep(record)
            self._time(record, wall_ns)
            if record.held and record.condition.source != BOARD:
                self.behind.add(record.condition.source)
            if record.held and self._waits(record.name):
                self._timers.ask(record.name, Trigger.TELL, NODE_WAIT_S)
            if record.shown:
                self._show(record)
        self._retire(wall_ns)
        if self._is_told:  # it came before them
            self._adjust_all(wall_ns)
        return self.decided()

    def configuration(self, site: Site, wall_ns: int) -> Decision:
        """Another configuration is in force: alarms whose rule is gone are retired."""
        self._use(site)
        self._retire(wall_ns)
        self._adjust_all(wall_ns)
        return self.decided()

    def row(
        self, message: ConditionChanged | ConditionsRead | DeviceAcknowledged, key: Key, wall_ns: int
    ) -> None:
        """Apply one row of the durable channel; `decided` collects what came of all of them."""
        if isinstance(message, DeviceAcknowledged):
            self.told_device(message, key, wall_ns)
            return
        late = self._is_late(message.time_ns, wall_ns)
        if late:
            self.behind.add(key.source)
        match message:
            case ConditionChanged():
                self._changed(message, key, wall_ns, late=late)
            case ConditionsRead():
                self._difference(message, key, wall_ns, late=late)

    def caught_up(self, source: str, wall_ns: int) -> None:
        """Nothing older is to come from this source: tell of what it has held back and lasts."""
        self.behind.discard(source)
        for record in [*self._held.values()]:
            if record.condition.source == source:
                self._release(record, wall_ns)

    def circumstances(self, now: Circumstances, wall_ns: int) -> None:
        """Judge everything by what holds now beyond the zone; `decided` collects what came of it."""
        before, self._now, self._is_told = self._now if self._is_told else None, now, True
        for node in self._site.nodes.values():
            if self._site.alarm_zone(node.zone) == self.zone:
                self._node(node.id, now.nodes_out.get(node.id), wall_ns)
        if before is None or _logic(before) != _logic(now):
            self._adjust_all(wall_ns)
        if before != now:
            for record in [*self._held.values()]:
                self._release(record, wall_ns)

    def tick(self, now: float, wall_ns: int) -> None:
        """What the clock brings: `now` in monotonic seconds; `decided` collects it."""
        for name, trigger in self._timers.due(now):
            record = self._records.get(name[0], {}).get(name)
            if record is None:
                continue
            if trigger is Trigger.TELL:
                self._release(record, wall_ns)
            else:
                self._over(record, trigger, wall_ns)

    def asked(self, id_: str, request: Request, issuer: Issuer, wall_ns: int) -> Decision | str:
        """The decision, or why not. Of two who answer one event the first wins."""
        name = request.device, request.point, request.rule
        record = self._records.get(request.device, {}).get(name)
        rule = self._site.rule(*name)
        if rule is None and (record is None or record.alarm.state is AlarmState.NORMAL):
            return said(
                f"没有报警 {written(name)}；请查看报警列表",
                f"there is no alarm {written(name)}; look at the alarm list again",
            )
        record = record or blank(name, self.zone, rule or _UNKNOWN)
        answer = Asked(self._site, record, issuer, wall_ns).answer(request)
        if isinstance(answer, str):
            return answer
        if isinstance(answer, Nothing):
            return self.decided()
        cause = Cause(
            answer.trigger or Trigger.TELL, Key("command", id_, 0), wall_ns, wall_ns,
            note=answer.note, user=issuer.user, station=issuer.station, verdict=answer.verdict,
        )  # fmt: skip
        asked = replace(record, alarm=answer.alarm)
        if answer.trigger is Trigger.ACKNOWLEDGE and self.is_for_device(name):
            asked = replace(asked, untold_ns=wall_ns)
        if answer.trigger is None:
            self._note(asked, answer.journaled, cause)
        elif not self._step(asked, cause):
            raise RuntimeError(f"{written(name)} in {record.alarm.state} does not take {answer.trigger}")
        return self.decided()

    def told_device(self, told: DeviceAcknowledged, key: Key, wall_ns: int) -> None:
        """Journal what became of an acknowledgement that was passed on; the alarm stays as it is."""
        record = self._records.get(told.device, {}).get((told.device, told.point, told.rule))
        if record is None:
            return
        note = told.error
        if told.event != record.alarm.event:  # it has occurred again since: the row is of how it is now
            note = said(
                f"第 {told.event} 次。{in_language(note, 'zh')}",
                f"event {told.event}. {in_language(note, 'en')}",
            )
        else:
            record = replace(record, untold_ns=0)
        cause = Cause(Trigger.TELL, key, told.time_ns, wall_ns, note=note, user=told.by)
        self._note(record, "device_not_acknowledged" if told.error else "device_acknowledged", cause)

    def untold(self) -> Iterator[tuple[PassAcknowledgement, str]]:
        """What persons have acknowledged and no field process has taken over, each with its person."""
        for record in [*self._all()]:
            alarm = record.alarm
            if record.untold_ns and self.is_for_device(record.name):
                yield PassAcknowledgement(*record.name, alarm.event, alarm.note, record.untold_ns), alarm.by

    def passed_on(self, command: PassAcknowledgement) -> None:
        """A field process keeps it from now on. That is on disk with the alarm's next change: to pass on once
        more does no harm."""
        record = self._records.get(command.device, {}).get((command.device, command.point, command.rule))
        if record is not None and record.alarm.event == command.event:
            self._keep(replace(record, untold_ns=0))

    def is_for_device(self, name: Name) -> bool:
        """Whether the device itself keeps this alarm, and is to hear that it was acknowledged."""
        point = self._site.point(name[0], name[1])
        return point is not None and point.acknowledge

    # --- conditions

    def _changed(self, message: ConditionChanged, key: Key, wall_ns: int, *, late: bool) -> None:
        trigger = Trigger.BEGAN if message.active else Trigger.ENDED
        cause = Cause(trigger, key, message.time_ns, wall_ns, late, message.found)
        condition = ActiveCondition(
            message.point, message.rule, message.time_ns, message.value, message.limit, message.limit_set,
            message.quality,
        )  # fmt: skip
        if message.point:
            self._note_read(message.device)
        self._condition(message.device, condition, cause, message.version)

    def _difference(self, message: ConditionsRead, key: Key, wall_ns: int, *, late: bool) -> None:
        if message.complete:
            self._note_read(message.device)
        found = {(message.device, each.point, each.rule): each for each in message.active}
        records = [*self._records.get(message.device, {}).values()]
        over = [one for one in records if one.name not in found and one.alarm.active]

        def end(records: Iterable[Record]) -> None:
            for record in records:
                if key.follows(record.condition):
                    note = said("重启后发现已恢复", "found clear after restart")
                    cause = Cause(Trigger.ENDED, key, message.time_ns, wall_ns, late, found=True, note=note)
                    self._step(replace(record, condition=key), cause)

        def begin(conditions: Iterable[ActiveCondition]) -> None:
            for each in conditions:
                cause = Cause(Trigger.BEGAN, key, each.since_ns, wall_ns, late, found=True)
                self._condition(message.device, each, cause, message.version)

        # In this order nothing is told that this very set says is over, or beneath a device that it says is
        # lost, be it for another reason than before.
        if message.complete:
            end(one for one in over if one.alarm.point)
        begin(each for each in found.values() if not each.point)
        end(one for one in over if not one.alarm.point)
        if message.complete:
            begin(each for each in found.values() if each.point)

    def _condition(self, device: str, condition: ActiveCondition, cause: Cause, version: int) -> None:
        name = device, condition.point, condition.rule
        rule = self._site.rule(*name)
        if rule is None and (version < self._site.version or device not in self._site.devices):
            return  # evaluated by a configuration that is past; the alarm was or will be retired
        record = self._records.get(device, {}).get(name)
        if record is None:
            if cause.trigger is Trigger.ENDED:
                return
            record = blank(name, self.zone, rule or _UNKNOWN)
        elif not cause.key.follows(record.condition):
            return
        quality = record.alarm.quality
        measured = replace(
            record.alarm, value=condition.value, limit=condition.limit, limit_set=condition.limit_set,
            quality=condition.quality, priority=(rule or _UNKNOWN).priority.rank,
        )  # fmt: skip
        record = replace(record, alarm=measured, condition=cause.key)
        if cause.trigger is Trigger.BEGAN and rule is not None and not record.alarm.active:
            record = self._hide(record, rule, cause.wall_ns)
        if not self._step(record, cause) and record.shown and quality != condition.quality:
            self._keep(record)
            self._show(record)

    # --- configurations

    def _retire(self, wall_ns: int) -> None:
        for record in [*self._all()]:
            alarm, name = record.alarm, record.name
            rule = self._site.rule(*name)
            owner = self._site.devices.get(alarm.device) or self._site.nodes.get(alarm.device)
            if owner is not None and self._site.alarm_zone(owner.zone) != self.zone:
                self._forget(name)  # the other zone loads it
            elif rule is None:
                version = self._site.version
                note = said(f"由配置版本 {version} 移除", f"removed by version {version}")
                key = Key("configuration", self._site.id, version)
                self._step(record, Cause(Trigger.REMOVE, key, wall_ns, wall_ns, note=note))
            elif rule.priority.rank != alarm.priority:
                is_worse = rule.priority.rank < alarm.priority
                record = replace(record, alarm=replace(alarm, priority=rule.priority.rank))
                self._keep(record)
                if is_worse and record.shown:
                    key = Key("configuration", self._site.id, self._site.version)
                    note = said("级别提高", "it has become more urgent")
                    self._step(record, Cause(Trigger.REMIND, key, wall_ns, wall_ns, note=note))

    # --- circumstances

    def _node(self, node: str, since_ns: int | None, wall_ns: int) -> None:
        name = node, "", NODE_OUT
        record = self._records.get(node, {}).get(name)
        was_out = record is not None and record.alarm.active
        if was_out == (since_ns is not None):
            return
        rule = self._site.nodes[node].own_rules[NODE_OUT]
        record = record or blank(name, self.zone, rule)
        trigger = Trigger.ENDED if since_ns is None else Trigger.BEGAN
        key = self._key(BOARD, wall_ns)
        cause = Cause(trigger, key, since_ns or wall_ns, wall_ns)
        record = replace(record, condition=key)
        self._step(record if was_out else self._hide(record, rule, wall_ns), cause)

    def _adjust_all(self, wall_ns: int) -> None:
        """Hide what is to be hidden by itself now, and let go of what was."""
        for record in [*self._all()]:
            rule = self._site.rule(*record.name)
            if rule is None or record.alarm.state is AlarmState.NORMAL:
                continue
            self._reveal(self._hide(record, rule, wall_ns) if record.stands else record, rule, wall_ns)
            self._remode(record.name, wall_ns)

    def _hide(self, record: Record, rule: Rule, wall_ns: int) -> Record:
        """With what hides it by itself and did not before."""
        if self._site.classes[rule.alarm_class].event:
            return record  # it is shown to nobody, so there is nothing to hide
        known = {one.cause for one in record.alarm.suppressions}
        for one in hiding(self._now, self._site, record.name, rule, wall_ns):
            if one.cause not in known:
                hidden = replace(record.alarm, suppressions=(*record.alarm.suppressions, one))
                told = self._of_board(_BEGIN[one.kind], one, wall_ns)
                self._step(replace(record, alarm=hidden), told)
                record = self._records[record.alarm.device][record.name]
        return record

    def _reveal(self, record: Record, rule: Rule, wall_ns: int) -> None:
        """Without what hid it by itself and does no more."""
        wanted = {one.cause for one in hiding(self._now, self._site, record.name, rule, wall_ns)}
        for one in record.alarm.suppressions:
            if one.cause and one.cause not in wanted and self._is_known(one, record.alarm.device):
                rest = tuple(each for each in record.alarm.suppressions if each is not one)
                told = self._of_board(_END[one.kind], one, wall_ns)
                self._step(replace(record, alarm=replace(record.alarm, suppressions=rest)), told)
                record = self._records[record.alarm.device][record.name]

    def _of_board(self, trigger: Trigger, one: Suppression, wall_ns: int) -> Cause:
        """Each with a key of its own: two reasons may begin or end at once, and both are journaled."""
        user = one.by if trigger in _BEGIN.values() else ""
        return Cause(trigger, self._key(BOARD, wall_ns), wall_ns, wall_ns, note=one.reason, user=user)

    def _is_known(self, one: Suppression, device: str) -> bool:
        """Whether it can be said that it has ended: nobody may have told the state of the plant yet."""
        if not one.cause.startswith("limit-set/"):
            return True
        found = self._site.devices.get(device)
        return found is None or found.subsystem in self._now.limit_sets

    def _remode(self, name: Name, wall_ns: int) -> None:
        """A test that is over: what lasts is an alarm like any other."""
        record = self._records[name[0]][name]
        mode = mode_of(self._now, self._site, name[0], record.alarm.alarm_class)
        if record.alarm.mode not in ("", mode) and record.alarm.state is not AlarmState.NORMAL:
            record = replace(record, alarm=replace(record.alarm, mode=mode))
            self._keep(record)
            self._show(record)
            self._release(record, wall_ns)

    # --- the clock

    def _over(self, record: Record, trigger: Trigger, wall_ns: int) -> None:
        cause = Cause(trigger, self._key("clock", wall_ns), wall_ns, wall_ns)
        if (kind := _EXPIRES.get(trigger)) is not None:
            rest = tuple(one for one in record.alarm.suppressions if one.kind is not kind or one.cause)
            record = replace(record, alarm=replace(record.alarm, suppressions=rest))
            cause = replace(cause, note=said("时间已到", "its time is over"))
        self._step(record, cause)

    def _is_late(self, time_ns: int, wall_ns: int) -> bool:
        return time_ns < self._started_ns or wall_ns - time_ns > self._within_ns

    def _is_behind(self, source: str) -> bool:
        return source in self.behind


def _logic(now: Circumstances) -> tuple[object, ...]:
    """What hides alarms, of all that holds."""
    return now.holding, now.limit_sets, now.areas

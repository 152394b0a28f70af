"""What a zone decides about its alarms, given conditions, persons and configurations. Pure.

Held back: an occurrence that is older than this process or than `annunciate_within_s` when it arrives, and
one beneath a lost device, is journaled but not told. If it ends before its source has caught up, nobody was
ever told and it is over; if it lasts, it is told once, with the time at which it occurred.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from actors.alarm_records import (
    OWN_RULES,
    Cause,
    Change,
    Decision,
    Key,
    Name,
    Record,
    journal_row,
    priority_of,
)
from actors.alarm_states import ACTIVE, Trigger, step
from actors.messages import (
    AcknowledgeAlarm,
    ActiveCondition,
    Alarm,
    AlarmState,
    ConditionChanged,
    ConditionsRead,
    Issuer,
)
from actors.said import in_chinese, said
from config.site import Priority, Site
from drivers.driver import Quality


class AlarmBook:
    """The alarms of one zone. `started_ns` is when this process began, UTC."""

    def __init__(self, zone: str, site: Site, *, started_ns: int, annunciate_within_s: float) -> None:
        self.zone = zone
        self._site = site
        self._started_ns = started_ns
        self._within_ns = round(annunciate_within_s * 1e9)
        self._records: dict[str, dict[Name, Record]] = {}
        """By device."""
        self._held: dict[Name, Record] = {}
        self._read: set[str] = set()
        """Devices of which something was heard since the start."""
        self.behind: set[str] = set()
        """Sources whose backlog has not ended, as far as is known."""
        self._decision = Decision([], {})

    # --- what happens

    def load(self, records: Iterable[Record], wall_ns: int) -> Decision:
        """Take over what was kept, retire what the configuration no longer has, and show the rest."""
        for record in records:
            self._keep(record)
            if record.held:
                self.behind.add(record.condition.source)
            if record.shown:
                self._show(record)
        self._retire(wall_ns)
        return self._decided()

    def configuration(self, site: Site, wall_ns: int) -> Decision:
        """Another configuration is in force: alarms whose rule is gone are retired."""
        self._site = site
        self._retire(wall_ns)
        return self._decided()

    def row(self, message: ConditionChanged | ConditionsRead, key: Key, wall_ns: int) -> None:
        """Apply one row of the durable channel; `decided` collects what came of all of them."""
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

    def decided(self) -> Decision:
        return self._decided()

    def acknowledge(
        self, id_: str, command: AcknowledgeAlarm, issuer: Issuer, wall_ns: int
    ) -> Decision | str:
        """The decision, or why not. Of two who acknowledge one event the first wins."""
        name = command.device, command.point, command.rule
        record = self._records.get(command.device, {}).get(name)
        en = "/".join(part for part in name if part)
        device = self._site.devices.get(command.device)
        zh = f"{in_chinese(device, command.point) if device else command.device} {command.rule} "
        if record is None or record.alarm.event < command.event:
            return said(
                f"{zh}没有第 {command.event} 次报警；请查看报警列表",
                f"{en} has no event {command.event}; look at the alarm list again",
            )
        alarm = record.alarm
        if alarm.event > command.event:
            return said(
                f"{zh}再次发生：第 {command.event} 次已过去，现在是第 {alarm.event} 次；请重新查看",
                f"{en} occurred again: event {command.event} is past, now it is {alarm.event}; look again",
            )
        if alarm.state is AlarmState.ACKNOWLEDGED or (alarm.state is AlarmState.NORMAL and alarm.by):
            return said(
                f"{zh}第 {alarm.event} 次报警已由 {alarm.by} 确认",
                f"{en} event {alarm.event} was acknowledged by {alarm.by} already",
            )
        if alarm.state is AlarmState.NORMAL or not record.shown:
            return said(
                f"{zh}第 {alarm.event} 次报警无需确认",
                f"{en} event {alarm.event} needs no acknowledgement: it is {alarm.state}",
            )
        cause = Cause(
            Trigger.ACKNOWLEDGE, Key("command", id_, 0), wall_ns, wall_ns,
            note=command.note, user=issuer.user, station=issuer.station,
        )  # fmt: skip
        self._step(record, cause)
        return self._decided()

    def seen(self, record: Record) -> Alarm:
        """The alarm with the quality of its value now."""
        alarm = record.alarm
        if alarm.point and self._is_lost(alarm.device):
            return replace(alarm, quality=Quality.BAD_COMM_LOSS)
        if alarm.device not in self._read:
            return replace(alarm, quality=Quality.BAD_NOT_READ)
        return alarm

    # --- conditions

    def _changed(self, message: ConditionChanged, key: Key, wall_ns: int, *, late: bool) -> None:
        trigger = Trigger.BEGAN if message.active else Trigger.ENDED
        cause = Cause(trigger, key, message.time_ns, wall_ns, late)
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
        # What is over ends first, the device's own conditions last of that and first of what begins: so
        # nothing is told that this very set says is over, or beneath a lost device.
        records = self._records.get(message.device, {}).values()
        for record in sorted(records, key=lambda record: not record.alarm.point):
            missing = record.name not in found and record.alarm.state in ACTIVE
            if missing and (message.complete or not record.alarm.point) and key.follows(record.condition):
                note = said("重启后发现已恢复", "found clear after restart")
                cause = Cause(Trigger.ENDED, key, message.time_ns, wall_ns, late, note)
                self._step(replace(record, condition=key), cause)
        for each in sorted(found.values(), key=lambda each: bool(each.point)):
            if message.complete or not each.point:
                cause = Cause(Trigger.BEGAN, key, each.since_ns, wall_ns, late)
                self._condition(message.device, each, cause, message.version)

    def _condition(self, device: str, condition: ActiveCondition, cause: Cause, version: int) -> None:
        name = device, condition.point, condition.rule
        priority = priority_of(self._site, name)
        if priority is None:
            if version < self._site.version or device not in self._site.devices:
                return  # evaluated by a configuration that is past; the alarm was or will be retired
            priority = Priority.MEDIUM
        record = self._records.get(device, {}).get(name)
        if record is None:
            if cause.trigger is Trigger.ENDED:
                return
            alarm = Alarm(
                *name, self.zone, AlarmState.NORMAL, priority.rank, 0, 0, 0, None, None, "", 0, "", ""
            )
            record = Record(alarm, told=False, shown=False, condition=Key("", "", 0))
        elif not cause.key.follows(record.condition):
            return
        measured = replace(
            record.alarm, value=condition.value, limit=condition.limit, limit_set=condition.limit_set,
            quality=condition.quality, priority=priority.rank,
        )  # fmt: skip
        changed = self._step(replace(record, alarm=measured, condition=cause.key), cause)
        if not changed and record.shown and record.alarm.quality != condition.quality:
            record = replace(record, alarm=replace(record.alarm, quality=condition.quality))
            self._keep(record)
            self._show(record)

    def _device_changed(self, device: str, cause: Cause) -> None:
        """Its link was lost or has come back: the values of its alarms are bad, or known again."""
        for record in [*self._records[device].values()]:
            if record.alarm.point:
                if record.shown:
                    self._show(record)
                if record.condition.source not in self.behind:
                    self._release(record, cause.wall_ns)

    def _release(self, record: Record, wall_ns: int) -> None:
        if record.held and not (record.alarm.point and self._is_lost(record.alarm.device)):
            cause = Cause(Trigger.TELL, record.condition, record.alarm.occurred_ns, wall_ns)
            self._step(record, cause)

    def _retire(self, wall_ns: int) -> None:
        for record in [*self._all()]:
            priority = priority_of(self._site, record.name)
            device = self._site.devices.get(record.alarm.device)
            if device is not None and self._site.alarm_zone(device.zone) != self.zone:
                del self._records[record.alarm.device][record.name]  # the other zone loads it
                self._held.pop(record.name, None)
            elif priority is None:
                version = self._site.version
                note = said(f"由配置版本 {version} 移除", f"removed by version {version}")
                cause = Cause(
                    Trigger.REMOVE, Key("configuration", self._site.id, version), wall_ns, wall_ns, note=note
                )
                self._step(record, cause)
            elif priority.rank != record.alarm.priority:
                self._keep(replace(record, alarm=replace(record.alarm, priority=priority.rank)))

    # --- one step

    def _step(self, record: Record, cause: Cause) -> bool:
        """Whether the table of states knows what follows; then it is decided."""
        before = record.alarm
        trigger = cause.trigger
        if trigger is Trigger.ENDED and not record.shown:
            trigger = Trigger.ENDED_UNSEEN if before.state is AlarmState.UNACKNOWLEDGED else trigger
        transition = step(before.state, trigger)
        if transition is None:
            return False
        beneath = bool(before.point) and self._is_lost(before.device)
        annunciated = transition.annunciates and not cause.late and not beneath
        alarm = replace(before, state=transition.target, changed_ns=cause.wall_ns)
        if transition.new_event:
            alarm = replace(alarm, event=before.event + 1, occurred_ns=cause.source_ns, by="", note="")
        if trigger is Trigger.ACKNOWLEDGE:
            alarm = replace(alarm, by=cause.user, note=cause.note)
        told = annunciated or (record.told and not transition.new_event)
        after = replace(
            record,
            alarm=alarm,
            told=told,
            shown=alarm.state is not AlarmState.NORMAL and (told or record.shown),
        )
        self._keep(after)
        self._decision.changes.append(
            Change(after, journal_row(after, transition, cause, annunciated), cause.key)
        )
        if record.shown or after.shown:
            self._show(after)
        if not before.point and (before.state in ACTIVE) != (alarm.state in ACTIVE):
            self._device_changed(before.device, cause)
        return True

    # --- what is known

    def _is_late(self, time_ns: int, wall_ns: int) -> bool:
        return time_ns < self._started_ns or wall_ns - time_ns > self._within_ns

    def _is_lost(self, device: str) -> bool:
        own = self._records.get(device, {})
        return any(
            (record := own.get((device, "", rule))) is not None and record.alarm.state in ACTIVE
            for rule in OWN_RULES
        )

    def _note_read(self, device: str) -> None:
        if device not in self._read:
            self._read.add(device)
            for record in self._records.get(device, {}).values():
                if record.shown:
                    self._show(record)

    def _keep(self, record: Record) -> None:
        self._records.setdefault(record.alarm.device, {})[record.name] = record
        if record.held:
            self._held[record.name] = record
        else:
            self._held.pop(record.name, None)

    def _show(self, record: Record) -> None:
        self._decision.show[record.name] = self.seen(record)

    def _all(self) -> Iterator[Record]:
        for records in self._records.values():
            yield from records.values()

    def _decided(self) -> Decision:
        decision, self._decision = self._decision, Decision([], {})
        return decision

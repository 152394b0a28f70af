"""The alarms of a zone as they are kept, and the one step by which they change. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from actors.alarm_records import (
    Cause,
    Change,
    Decision,
    Key,
    Name,
    Record,
    journal_row,
)
from actors.alarm_states import UNDONE, Trigger, step
from actors.alarm_timers import Timers
from actors.circumstances import SILENT_MODES, Circumstances, Standing, Topology, mode_of, watched, written
from actors.messages import Alarm, AlarmState, Hiding, Suppression
from config.alarms import OWN_RULES
from config.rules import COMM_LOSS, Rule
from config.site import Site
from drivers.driver import Quality

NODE_WAIT_S = 2.0
"""How long the loss of a device waits for those that hang on the same node, before it is told by itself."""

_CONDITIONS = {Trigger.BEGAN, Trigger.ENDED}
_RETURNS = {Trigger.ENDED, Trigger.RESET}
_LETS_GO = {Trigger.RESET, Trigger.REMOVE}
_TIMED = ((Hiding.SHELVED, Trigger.SHELF_TIME), (Hiding.OUT_OF_SERVICE, Trigger.PUT_BACK))


class AlarmKeeper:
    """Records by device or node; whatever changes them goes through `_step`."""

    def __init__(self, zone: str, site: Site) -> None:
        self.zone = zone
        self._records: dict[str, dict[Name, Record]] = {}
        self._held: dict[Name, Record] = {}
        self._read: set[str] = set()
        """Devices of which something was heard since the start."""
        self._lost: dict[str, int] = {}
        self._holding: set[Name] = set()
        self._now = Circumstances()
        self._timers = Timers()
        self._last_ns = 0
        self._decision = Decision([], {})
        self._use(site)

    def _use(self, site: Site) -> None:
        self._site = site
        self._topology = Topology(site)
        self._watched = watched(site)
        active = {record.name for record in self._all() if record.alarm.active}
        self._holding = set(self._watched & active)

    def standing(self) -> Standing:
        """What other zones need to know of this one."""
        return Standing(self.zone, dict(self._lost), frozenset(self._holding))

    def decided(self) -> Decision:
        """What came of everything since the last call."""
        decision, self._decision = self._decision, Decision([], {})
        return decision

    def seen(self, record: Record) -> Alarm:
        """The alarm with the quality of its value now, and what explains it."""
        alarm = replace(record.alarm, root=self._root(record.name))
        if alarm.point and alarm.device in self._lost:
            return replace(alarm, quality=Quality.BAD_COMM_LOSS)
        if alarm.device not in self._read and alarm.device in self._site.devices:
            return replace(alarm, quality=Quality.BAD_NOT_READ)
        return alarm

    # --- the step

    def _step(self, record: Record, cause: Cause) -> bool:
        """Whether the table of states knows what follows; then it is decided."""
        before, trigger = record.alarm, cause.trigger
        if trigger in _CONDITIONS and before.active == (trigger is Trigger.BEGAN):
            return False
        if trigger is Trigger.ENDED and not record.shown and before.state is AlarmState.UNACKNOWLEDGED:
            trigger = Trigger.ENDED_UNSEEN
        rule = self._site.rule(*record.name)
        alarm, latch = self._with_condition(before, cause), record.latch
        if trigger is Trigger.BEGAN and rule is not None and rule.latched:
            latch = True
        event = rule is not None and self._site.classes[rule.alarm_class].event
        facts = replace(record, alarm=alarm, latch=latch).facts(event=event)
        transition = step(before.state, trigger, facts)
        if transition is None:
            return False
        root = self._root(record.name)
        mode = mode_of(self._now, self._site, alarm.device, alarm.alarm_class)
        waits = trigger is Trigger.BEGAN and transition.annunciates and not root and self._waits(record.name)
        is_late = cause.late or (trigger is not Trigger.BEGAN and self._is_behind(record.condition.source))
        is_held = is_late or bool(root) or mode in SILENT_MODES or waits
        annunciated = transition.annunciates and not is_held
        alarm = replace(alarm, state=transition.target, changed_ns=cause.wall_ns, root=root)
        if transition.new_event:
            alarm = self._occurrence(alarm, rule, mode)
        elif transition.annunciates:
            alarm = replace(alarm, silenced_ns=0, by="", note="")
        told = annunciated or (record.told and not transition.annunciates and not transition.new_event)
        marked = alarm.mode in SILENT_MODES and not root and not cause.late
        after = replace(
            record,
            alarm=alarm,
            told=told,
            shown=alarm.state is not AlarmState.NORMAL
            and not event
            and (told or record.shown or marked or alarm.state in UNDONE),
            latch=latch and trigger not in _LETS_GO,
            untold_ns=0 if transition.new_event or transition.annunciates else record.untold_ns,
        )
        self._keep(after)
        self._time(after, cause.wall_ns)
        if waits:
            self._timers.ask(record.name, Trigger.TELL, NODE_WAIT_S)
        elif transition.annunciates or transition.new_event:
            self._timers.cancel(record.name, Trigger.TELL)
        row = journal_row(after, transition.name, cause, self._site, annunciated=annunciated)
        self._decision.changes.append(Change(after, row, cause.key))
        if record.shown or after.shown:
            self._show(after)
        if not before.point and before.active != alarm.active and before.device in self._site.devices:
            self._device_changed(before.device, cause.wall_ns)
        if trigger in _RETURNS:
            self._after_return(after, rule, cause)
        return True

    def _with_condition(self, alarm: Alarm, cause: Cause) -> Alarm:
        match cause.trigger:
            case Trigger.BEGAN:
                return replace(alarm, active=True, occurred_ns=cause.source_ns)
            case Trigger.ENDED:
                return replace(alarm, active=False)
            case Trigger.REMOVE:
                return replace(alarm, active=False, suppressions=())
            case _:
                return alarm

    def _occurrence(self, alarm: Alarm, rule: Rule | None, mode: str) -> Alarm:
        return replace(
            alarm,
            event=alarm.event + 1,
            by="",
            note="",
            silenced_ns=0,
            repeats=alarm.repeats + 1,
            ticks=(),
            judgement=None,
            mode=mode,
            first_out=rule is not None and bool(rule.first_out) and self._is_first(alarm, rule.first_out),
        )

    def _is_first(self, alarm: Alarm, group: str) -> bool:
        """Whether no other alarm of its group stands."""
        for other in self._records.get(alarm.device, {}).values():
            rule = self._site.rule(*other.name)
            if (
                rule is not None
                and rule.first_out == group
                and other.name != (alarm.device, alarm.point, alarm.rule)
                and other.stands
            ):
                return False
        return True

    def _after_return(self, record: Record, rule: Rule | None, cause: Cause) -> None:
        """A return ends a one-shot shelf, and in some classes nobody need acknowledge it."""
        shelves = record.alarm.suppressions
        kept = tuple(one for one in shelves if not one.one_shot)
        if len(kept) < len(shelves):
            self._step(
                replace(record, alarm=replace(record.alarm, suppressions=kept)),
                replace(cause, trigger=Trigger.SHELF_TIME, late=False),
            )
        elif rule is not None and not self._site.classes[rule.alarm_class].acknowledge_return:
            self._step(record, replace(cause, trigger=Trigger.ACKNOWLEDGE_RETURN))

    def _note(self, record: Record, transition: str, cause: Cause) -> None:
        """Journal something that leaves the state as it is."""
        self._keep(record)
        row = journal_row(record, transition, cause, self._site, annunciated=False)
        self._decision.changes.append(Change(record, row, cause.key))
        if record.shown:
            self._show(record)

    # --- held back

    def _release(self, record: Record, wall_ns: int) -> None:
        """Tell of what was held back, unless there is a reason left."""
        name = record.name
        if not record.held or self._root(name) or self._timers.runs(name, Trigger.TELL):
            return
        if self._is_behind(record.condition.source):
            return
        if mode_of(self._now, self._site, name[0], record.alarm.alarm_class) not in SILENT_MODES:
            source_ns = record.alarm.occurred_ns
            key = self._key("held", wall_ns)  # one condition may be told twice, as after a time on the shelf
            self._step(record, Cause(Trigger.TELL, key, source_ns, wall_ns, found=True))

    def _is_behind(self, _source: str) -> bool:
        """Whether older news of a source are to be expected."""
        return False

    def _device_changed(self, device: str, wall_ns: int) -> None:
        """Its link was lost or has come back: the values of its alarms are bad, or known again."""
        for record in [*self._records[device].values()]:
            if record.alarm.point:
                if record.shown:
                    self._show(record)
                self._release(record, wall_ns)

    def _root(self, name: Name) -> str:
        """The alarm that explains this one; '' for none."""
        device, point, _ = name
        if not point:
            return self._topology.root(name, self._now.nodes_out)
        if device not in self._lost:
            return ""
        own = self._records[device]
        for rule in OWN_RULES:
            if (found := own.get((device, "", rule))) is not None and found.alarm.active:
                return written(found.name)
        return ""

    def _waits(self, name: Name) -> bool:
        """Whether the loss of a device may turn out to be that of a node."""
        device, point, rule = name
        return not point and rule == COMM_LOSS and self._topology.shares(device)

    # --- the clock

    def _time(self, record: Record, wall_ns: int) -> None:
        """Ask the clock for what is to happen to the record by itself."""
        name, alarm = record.name, record.alarm
        if not record.shown and not alarm.suppressions:
            self._timers.cancel(name, Trigger.REMIND, Trigger.SHELF_TIME, Trigger.PUT_BACK)
            return
        for kind, trigger in _TIMED:
            until_ns = next((one.until_ns for one in _own(alarm.suppressions, kind)), 0)
            if until_ns:
                self._timers.ask(name, trigger, (until_ns - wall_ns) / 1e9)
            else:
                self._timers.cancel(name, trigger)
        rule = self._site.rule(*name)
        if alarm.state is AlarmState.ACKNOWLEDGED and rule is not None and rule.re_alarm_s:
            left_s = rule.re_alarm_s - (wall_ns - alarm.changed_ns) / 1e9
            self._timers.ask(name, Trigger.REMIND, left_s)
        else:
            self._timers.cancel(name, Trigger.REMIND)

    # --- what is kept

    def _keep(self, record: Record) -> None:
        name, alarm = record.name, record.alarm
        self._records.setdefault(alarm.device, {})[name] = record
        if record.held:
            self._held[name] = record
        else:
            self._held.pop(name, None)
        if name in self._watched:
            (self._holding.add if alarm.active else self._holding.discard)(name)
        if not alarm.point and alarm.rule in OWN_RULES:
            self._count_loss(alarm.device)

    def _count_loss(self, device: str) -> None:
        own = (self._records[device].get((device, "", rule)) for rule in OWN_RULES)
        since = [one.alarm.changed_ns for one in own if one is not None and one.alarm.active]
        if not since:
            self._lost.pop(device, None)
        elif device not in self._lost:
            self._lost[device] = min(since)

    def _forget(self, name: Name) -> None:
        del self._records[name[0]][name]
        self._held.pop(name, None)
        self._timers.cancel(name)
        self._holding.discard(name)
        self._lost.pop(name[0], None)

    def _show(self, record: Record) -> None:
        self._decision.show[record.name] = self.seen(record)

    def _note_read(self, device: str) -> None:
        if device not in self._read:
            self._read.add(device)
            for record in self._records.get(device, {}).values():
                if record.shown:
                    self._show(record)

    def _all(self) -> Iterator[Record]:
        for records in self._records.values():
            yield from records.values()

    def _key(self, source: str, wall_ns: int) -> Key:
        """Of something that no message brought: each another one."""
        self._last_ns = max(self._last_ns + 1, wall_ns)
        return Key(source, "", self._last_ns)


def _own(suppressions: tuple[Suppression, ...], kind: Hiding) -> Iterator[Suppression]:
    """Those of a kind that a person decided."""
    return (one for one in suppressions if one.kind is kind and not one.cause)

"""The board of `core`: what all zones must know to judge their alarms. It hears them and tells them all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from actors.actor import Actor
from actors.alarm_records import Key
from actors.circumstances import Circumstances, Standing, Topology, place_of
from actors.dispatcher import Dispatcher
from actors.journal_entries import AreaChange, KeepStanding, Kept, LoadStanding
from actors.life import Listener
from actors.messages import (
    AlarmState,
    Area,
    AreasChanged,
    CommandResult,
    EndArea,
    Issuer,
    JournalRow,
    LimitSetUsed,
    Mode,
    SetArea,
    Stage,
)
from actors.outlets import Tell
from actors.said import said
from actors.zone import ConfigurationApplied, Report, Tick
from config.rules import Priority
from config.site import Site

LONGEST_H = 24 * 7
"""How long a part of the site may be in a mode before somebody must say so again."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A person's command about an area, already permitted. `reply` is called once, from any thread."""

    id: str
    command: SetArea | EndArea
    issuer: Issuer
    reply: Callable[[CommandResult], None]


Inbox = Standing | LimitSetUsed | Rule | Kept | ConfigurationApplied | Tick


@dataclass(frozen=True, slots=True)
class BoardOutlets:
    """Whom the board tells, and its clock. All callables may be called from any thread."""

    journal: Tell
    zones: Callable[[], Mapping[str, Tell]]
    publish: Callable[[AreasChanged], object]
    wall_ns: Callable[[], int]


class Board(Actor):
    """May share the dispatcher: it never blocks. It tells nothing before all zones have said how they are."""

    def __init__(
        self,
        supervisor: Listener | None,
        *,
        site: Site,
        outlets: BoardOutlets,
        dispatcher: Dispatcher | None = None,
    ) -> None:
        super().__init__("board", supervisor, dispatcher=dispatcher)
        self._outlets = outlets
        self._standings: dict[str, Standing] = {}
        self._unheard: set[str] = set()
        """Zones that have said how they are, and were told nothing since."""
        self._now = Circumstances()
        self._loaded = False
        self._waiting: list[Rule] = []
        self._use(site)

    def _use(self, site: Site) -> None:
        self._site = site
        self._topology = Topology(site)
        self._zones = frozenset(site.alarm_zone(zone) for zone in site.zones)

    def setup(self) -> None:
        self._outlets.journal.tell(LoadStanding(self.tell_self))
        for zone in self._outlets.zones().values():
            zone.tell(Report())

    def handle(self, message: Inbox) -> None:
        match message:
            case Standing(zone):
                self._standings[zone] = message
                self._unheard.add(zone)
                self._judge()
            case LimitSetUsed(subsystem, limit_set):
                if self._now.limit_sets.get(subsystem) != limit_set:
                    self._now = replace(self._now, limit_sets={**self._now.limit_sets, subsystem: limit_set})
                    self._outlets.journal.tell(KeepStanding(limit_sets={subsystem: limit_set}))
                    self._tell_all()
            case Kept(limit_sets, areas):
                heard = self._now.limit_sets
                self._now = replace(self._now, limit_sets={**limit_sets, **heard}, areas=areas)
                self._loaded = True
                self._outlets.publish(AreasChanged(areas))
                self._judge()
                waiting, self._waiting = self._waiting, []
                for each in waiting:
                    self._obey(each)
            case Rule() if not self._loaded:
                self._waiting.append(message)
            case Rule():
                self._obey(message)
            case ConfigurationApplied(site):
                self._use(site)
                self._standings = {zone: one for zone, one in self._standings.items() if zone in self._zones}
                self._judge()
            case Tick():
                self._end_what_is_over()
            case _:
                super().handle(message)

    # --- what is told

    def _judge(self) -> None:
        """Draw the conclusions; tell them to all when they are new, else to those who have just come."""
        if not self._is_complete():
            return
        lost = {device: since for one in self._standings.values() for device, since in one.lost.items()}
        holding = frozenset().union(*(one.holding for one in self._standings.values()))
        now = replace(self._now, nodes_out=self._topology.out(lost, holding), holding=holding)
        is_news, self._now = now != self._now, now
        self._tell(self._zones if is_news else self._unheard)

    def _is_complete(self) -> bool:
        return self._loaded and self._zones <= self._standings.keys()

    def _tell_all(self) -> None:
        if self._is_complete():
            self._tell(self._zones)

    def _tell(self, zones: Iterable[str]) -> None:
        known = self._outlets.zones()
        for zone in [*zones]:
            if zone in known:
                known[zone].tell(self._now)
        self._unheard.clear()

    # --- areas

    def _obey(self, asked: Rule) -> None:
        now_ns, command = self._outlets.wall_ns(), asked.command
        if isinstance(command, SetArea):
            area = Area(
                asked.id, command.mode, command.zone, command.device, command.alarm_class,
                asked.issuer.user, command.reason, now_ns, command.until_ns,
            )  # fmt: skip
            refused = self._refusal(area, now_ns)
            areas = (*self._now.areas, area)
        else:
            ended = next((one for one in self._now.areas if one.id == command.area), None)
            if ended is None:
                refused = said("该测试、演练或施工状态已经结束", "that mode has ended already")
                asked.reply(CommandResult(asked.id, Stage.REFUSED, refused, None, now_ns))
                return
            area, refused = ended, ""
            areas = tuple(one for one in self._now.areas if one is not ended)
        if refused:
            asked.reply(CommandResult(asked.id, Stage.REFUSED, refused, None, now_ns))
            return
        begins = isinstance(command, SetArea)
        done = said("已生效", "in force") if begins else said("已结束", "ended")
        result = CommandResult(asked.id, Stage.DONE, done, asked.id, now_ns)
        self._change(areas, [(area, begins, asked.issuer, command.reason)], lambda: asked.reply(result))

    def _refusal(self, area: Area, now_ns: int) -> str:
        hours = (area.until_ns - now_ns) / 3.6e12
        if area.zone and area.zone not in self._site.zones:
            return said(f"没有区域 {area.zone}", f"there is no zone {area.zone}")
        if area.device and area.device not in self._site.devices:
            return said(f"没有设备 {area.device}", f"there is no device {area.device}")
        if area.alarm_class and area.alarm_class not in self._site.classes:
            return said(f"没有报警类别 {area.alarm_class}", f"there is no alarm class {area.alarm_class}")
        if area.mode is Mode.SHELVED and not area.alarm_class:
            return said("按类搁置须选择报警类别", "choose the class of alarms to shelve")
        if area.mode is Mode.SHELVED and not self._site.classes[area.alarm_class].shelve_limit_s:
            name = self._site.classes[area.alarm_class].name
            return said(f"{name.zh}类报警不能搁置", f"alarms of class {name.en} cannot be shelved")
        if not area.zone and not area.device:
            return said("请选择区域或设备", "choose a zone or a device")
        if not area.reason.strip():
            return said("须写明原因", "give a reason")
        if not 0 < hours <= LONGEST_H:
            return said(
                f"时长 {hours:.1f} 小时不在 0 至 {LONGEST_H} 小时之内；到期后可再次设置",
                f"{hours:.1f} h is not within 0 to {LONGEST_H} h; it can be set again when it ends",
            )
        return ""

    def _end_what_is_over(self) -> None:
        now_ns = self._outlets.wall_ns()
        over = [one for one in self._now.areas if one.until_ns <= now_ns]
        if over:
            note = said("时间已到", "its time is over")
            left = tuple(one for one in self._now.areas if one not in over)
            self._change(left, [(one, False, Issuer("", "", ""), note) for one in over], lambda: None)

    def _change(
        self,
        areas: tuple[Area, ...],
        changed: list[tuple[Area, bool, Issuer, str]],
        then: Callable[[], object],
    ) -> None:
        """Journal which areas (begin or end), by whom and why; then tell everybody."""
        now_ns = self._outlets.wall_ns()
        self._now = replace(self._now, areas=areas)
        self._tell_all()
        news = tuple(
            AreaChange(
                area if begins else None,
                area.id,
                self._row(area, begins, issuer, reason, now_ns),
                Key("area", area.id, int(not begins)),
            )
            for area, begins, issuer, reason in changed
        )

        def told() -> None:
            self._outlets.publish(AreasChanged(areas))
            then()

        self._outlets.journal.tell(KeepStanding(areas=news, then=told))

    def _row(self, area: Area, begins: bool, issuer: Issuer, note: str, now_ns: int) -> JournalRow:  # noqa: FBT001
        place = place_of(self._site, area.device) if area.device else (area.zone,)
        return JournalRow(
            id=0, time_ns=now_ns, source_ns=now_ns, device=area.device, point="", rule=area.mode.value,
            zone=place[-1] if place else area.zone, event=0,
            transition="mode_begins" if begins else "mode_ends", state=AlarmState.NORMAL,
            priority=Priority.LOW.rank, value=None, limit=None, limit_set="", user=issuer.user,
            station=issuer.station, note=note, annunciated=False, alarm_class=area.alarm_class,
            mode=area.mode.value,
        )  # fmt: skip

"""A sweep judges the scans of a table as one, and keeps the troubles of each device to itself."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from actors import kept
from actors.actor import Ref
from actors.gather import Batch, Gathered
from actors.matrices import Matrices
from actors.messages import (
    ConditionChanged,
    ConditionsRead,
    History,
    HistoryChanges,
    HistoryTexts,
    Scans,
    TableDefined,
)
from actors.sweep import (
    Broken,
    EndSubstitute,
    Look,
    Lost,
    Observed,
    SayConditions,
    Substitute,
    SweepActor,
    Unwatch,
    UseLimits,
    Watch,
)
from actors.table import Table, tables
from config.rules import RuleKind
from config.site import HistoryPolicy, Point, PointKind
from drivers.driver import Quality, Scan
from tests.actors.field_rig import WITHIN_S, FakeDecoder, Rig, Told
from tests.actors.small_site import point, rule, site

HIGH = rule("high", limit=30.0, sets={"night": 15.0})


class Swept:
    """A sweep of three devices with the points temperature (alarms above 30, at night above 15) and name."""

    def __init__(self, rig: Rig, *points: Point) -> None:
        self.rig = rig
        given = points or (point("temperature", HIGH), point("name", kind=PointKind.TEXT))
        (table,) = tables(site(*given, devices=("a", "b", "c")))
        self.table: Table = table
        self.matrices = Matrices((table,), 1)
        self.devices = [Told() for _ in table.devices]
        self.limit_sets: dict[str, str] = {}
        self.ref = self.start()

    def start(self) -> Ref:
        self.ref = self.rig.started(
            SweepActor.start(
                "sweep",
                None,
                dispatcher=self.rig.dispatcher,
                table=self.table,
                decoder=FakeDecoder(self.table.template),
                matrices=self.matrices,
                devices=self.devices,
                limit_sets=self.limit_sets,
                outlets=self.rig.outlets,
            )
        )
        return self.ref

    def tell(self, message: Any) -> None:
        """Told, and dealt with."""
        self.ref.ask(message, timeout=WITHIN_S)

    def scan(self, raws: dict[int, Any], *, after_s: float = 1.0, keeps: tuple[str, ...] = ()) -> None:
        """Raw scans by row, `after_s` after the last."""
        self.rig.now += after_s
        time_ns = self.rig.wall_ns()
        scans = [Scan(time_ns, raw, keeps=dict.fromkeys(keeps)) for raw in raws.values()]
        self.tell(Gathered([Batch([*raws], scans)], time_ns + 5))

    def read(self, row: int) -> tuple[float, int]:
        reading = self.matrices.reading(self.table.devices[row].id, "temperature")
        assert reading is not None
        return reading.value, reading.quality


@pytest.fixture
def swept() -> Iterator[Swept]:
    with Rig() as rig:
        yield Swept(rig)


def active(read: ConditionsRead) -> list[tuple[str, str]]:
    return [(each.point, each.rule) for each in read.active]


def test_a_batch_goes_to_the_screens_the_history_and_the_matrix(swept: Swept) -> None:
    swept.scan({0: (20.0, "x"), 2: (22.0, "y")})
    scans = swept.rig.live.next(Scans)
    assert (scans.version, scans.table, scans.rows.tolist()) == (1, "field-1/ahu@1", [0, 2])
    assert scans.values[:, 0].tolist() == [20.0, 22.0]
    assert scans.texts == ((1, ("x", "y")),)
    defined = swept.rig.history.next(TableDefined)
    assert defined == TableDefined(swept.table.digest, ("a", "b", "c"), ("temperature", "name"))
    changes = swept.rig.history.next(HistoryChanges)
    assert (changes.table, changes.values.tolist()) == (defined.digest, [20.0, 22.0])
    assert (changes.received_ns - changes.time_ns).tolist() == [5, 5]
    assert swept.read(0) == (20.0, Quality.GOOD)
    assert swept.read(1)[1] == Quality.BAD_NOT_READ
    assert (swept.rig.outlets.counts.scans, swept.rig.outlets.counts.points) == (2, 4)


def test_the_first_good_scan_sends_the_whole_condition_set_and_only_the_first() -> None:
    with Rig() as rig:
        swept = Swept(rig, point("temperature", HIGH))
        swept.scan({0: (np.nan,)})
        assert not rig.conditions.so_far(ConditionsRead)
        swept.scan({0: (40.0,), 1: (20.0,)})
        reads = {read.device: read for read in rig.conditions.so_far(ConditionsRead)}
        assert active(reads["a"]) == [("temperature", "high")]
        assert active(reads["b"]) == []
        assert all(read.complete for read in reads.values())
        swept.scan({0: (41.0,), 1: (20.0,)})
        assert not rig.conditions.so_far(ConditionsRead)


def test_whoever_asks_hears_the_whole_set_of_all_that_were_read(swept: Swept) -> None:
    swept.scan({0: (40.0, ""), 2: (20.0, "")})
    swept.rig.conditions.so_far(object)
    swept.tell(SayConditions())
    assert [read.device for read in swept.rig.conditions.so_far(ConditionsRead)] == ["a", "c"]


def test_a_condition_is_told_when_it_begins_and_ends_and_kept_meanwhile(swept: Swept) -> None:
    swept.scan({1: (20.0, "")})
    swept.scan({1: (31.0, "")})
    began = swept.rig.conditions.next(ConditionChanged)
    assert (began.device, began.point, began.rule, began.active) == ("b", "temperature", "high", True)
    assert (began.value, began.limit) == (31.0, 30.0)
    assert "b/temperature/high" in swept.rig.recall
    swept.scan({1: (29.0, "")})
    assert not swept.rig.conditions.next(ConditionChanged).active
    assert "b/temperature/high" not in swept.rig.recall


def test_a_restarted_sweep_goes_on_with_the_conditions_that_held(swept: Swept) -> None:
    swept.scan({1: (31.0, "")})
    began = swept.rig.conditions.next(ConditionChanged)
    swept.ref.stop(timeout=WITHIN_S)
    swept.start()
    swept.scan({1: (35.0, "")})
    read = swept.rig.conditions.next(ConditionsRead)
    while not read.active:
        read = swept.rig.conditions.next(ConditionsRead)
    assert read.active[0].since_ns == began.time_ns
    assert not swept.rig.conditions.so_far(ConditionChanged)


def test_a_lost_row_keeps_its_values_marked_bad_on_screens_and_in_history(swept: Swept) -> None:
    swept.scan({0: (20.0, "x"), 1: (21.0, "y")})
    swept.rig.live.next(Scans)
    swept.rig.history.so_far(object)
    swept.tell(Lost(0))
    scans = swept.rig.live.next(Scans)
    assert (scans.rows.tolist(), scans.values[0, 0]) == ([0], 20.0)
    assert set(scans.quality[0].tolist()) == {int(Quality.BAD_COMM_LOSS)}
    changes = swept.rig.history.next(HistoryChanges)
    assert changes.quality.tolist() == [Quality.BAD_COMM_LOSS]
    assert swept.read(1) == (21.0, Quality.GOOD)


def test_a_condition_neither_begins_nor_ends_while_its_row_is_lost(swept: Swept) -> None:
    swept.scan({0: (40.0, "")})
    swept.rig.conditions.so_far(object)
    swept.tell(Lost(0))
    assert not swept.rig.conditions.so_far(ConditionChanged)
    swept.scan({0: (20.0, "")})
    assert not swept.rig.conditions.next(ConditionChanged).active


def test_a_row_that_was_never_read_cannot_be_lost(swept: Swept) -> None:
    swept.tell(Lost(0))
    assert not swept.rig.live.so_far(Scans)


def test_a_row_without_scans_is_stale_once(swept: Swept) -> None:
    swept.scan({0: (20.0, ""), 1: (20.0, "")})
    swept.scan({1: (20.0, "")}, after_s=3.5)
    swept.rig.live.so_far(Scans)
    swept.tell(Look())
    assert not swept.rig.live.so_far(Scans)
    swept.rig.now += 1.0  # 4.5 s for row 0: over three periods and the time-out
    swept.tell(Look())
    scans = swept.rig.live.next(Scans)
    assert scans.rows.tolist() == [0]
    assert scans.quality[0, 0] == Quality.BAD_STALE
    swept.rig.now += 0.5
    swept.tell(Look())
    assert not swept.rig.live.so_far(Scans)
    swept.scan({0: (20.0, "")})
    assert swept.read(0)[1] == Quality.GOOD


def test_a_substituted_value_replaces_the_measured_one_until_it_ends(swept: Swept) -> None:
    swept.tell(Substitute(0, 0, 12.5, swept.rig.wall_ns() + 10**12))
    swept.scan({0: (20.0, ""), 1: (20.0, "")})
    assert swept.read(0) == (12.5, Quality.UNCERTAIN_SUBSTITUTED)
    assert swept.read(1) == (20.0, Quality.GOOD)
    swept.tell(Lost(0))
    assert swept.read(0) == (12.5, Quality.UNCERTAIN_SUBSTITUTED)
    swept.tell(EndSubstitute(0, 0))
    swept.scan({0: (20.0, "")})
    assert swept.read(0) == (20.0, Quality.GOOD)


def test_a_watch_is_told_of_every_scan_of_its_row_until_it_ends(swept: Swept) -> None:
    observer = Told()
    swept.tell(Watch("w", 1, 0, observer))
    swept.tell(Watch("t", 1, 1, observer))
    swept.scan({0: (1.0, "n")})
    swept.scan({1: (2.0, "text")})
    assert observer.so_far(Observed) == [Observed("w", 2.0, 0), Observed("t", "text", 0)]
    swept.tell(Unwatch("w"))
    swept.scan({1: (3.0, "more")})
    assert observer.so_far(Observed) == [Observed("t", "more", 0)]


def test_a_device_that_breaks_a_batch_leaves_the_others(swept: Swept) -> None:
    """R-71: the batch is judged row by row, and only the broken device hears of it."""
    defect = ArithmeticError("a defect")
    swept.scan({0: (20.0, ""), 1: defect, 2: (40.0, "")})
    (broken,) = swept.devices[1].so_far(Broken)
    assert broken.error is defect
    assert swept.read(0) == (20.0, Quality.GOOD)
    assert swept.read(2) == (40.0, Quality.GOOD)
    assert swept.rig.conditions.next(ConditionChanged).device == "c"
    assert not swept.devices[0].so_far(Broken)
    assert not swept.devices[2].so_far(Broken)


def test_another_limit_set_judges_the_last_scan_at_once(swept: Swept) -> None:
    swept.scan({0: (20.0, ""), 1: (10.0, "")})
    swept.tell(UseLimits("hvac", "night"))
    began = swept.rig.conditions.next(ConditionChanged)
    assert (began.device, began.limit, began.limit_set) == ("a", 15.0, "night")
    swept.tell(UseLimits("other", "day"))
    assert not swept.rig.conditions.so_far(ConditionChanged)
    swept.tell(UseLimits("hvac", "day"))
    assert not swept.rig.conditions.next(ConditionChanged).active


def test_a_scan_that_came_late_is_counted(swept: Swept) -> None:
    for after_s in (1.0, 1.0, 1.5, 1.0):
        swept.scan({0: (20.0, "")}, after_s=after_s)
    assert swept.rig.outlets.counts.late == 1


def test_after_a_loss_the_first_scan_is_not_late(swept: Swept) -> None:
    swept.scan({0: (20.0, "")})
    swept.tell(Lost(0))
    swept.scan({0: (20.0, "")}, after_s=60.0)
    assert swept.rig.outlets.counts.late == 0


def test_a_delay_ends_by_itself_without_another_scan() -> None:
    with Rig(is_live=True) as rig:
        swept = Swept(rig, point("temperature", rule("high", on_delay_s=0.1)))
        swept.scan({0: (40.0,)})
        assert not rig.conditions.so_far(ConditionChanged)
        assert rig.conditions.next(ConditionChanged).active


def test_what_stops_coming_is_bad_quality_and_what_is_lost_is_not(swept: Swept) -> None:
    quality = rule("quality", RuleKind.QUALITY, float("nan"), on_delay_s=10.0)
    other = Swept(swept.rig, point("temperature", quality))
    other.scan({0: (20.0,), 1: (20.0,)})
    other.tell(Lost(1))
    other.rig.conditions.so_far(object)
    other.rig.now += 5.0
    other.tell(Look())
    assert other.read(0)[1] == Quality.BAD_STALE
    other.rig.now += 10.0
    other.tell(Look())
    (began,) = other.rig.conditions.so_far(ConditionChanged)
    assert (began.device, began.rule, began.active, began.found) == ("a", "quality", True, False)
    assert began.time_ns == other.rig.wall_ns()


def test_a_standstill_alarms_by_itself_without_another_scan() -> None:
    with Rig(is_live=True) as rig:
        swept = Swept(rig, point("temperature", rule("still", RuleKind.UNMOVED, 0.0, within_s=0.1)))
        swept.scan({0: (40.0,)})
        assert rig.conditions.next(ConditionChanged).rule == "still"


def test_what_the_first_scan_shows_is_found_and_what_follows_is_seen(swept: Swept) -> None:
    swept.scan({0: (40.0, ""), 1: (20.0, "")})
    assert swept.rig.conditions.next(ConditionChanged).found
    swept.scan({1: (40.0, "")})
    assert not swept.rig.conditions.next(ConditionChanged).found


def test_where_nearly_all_moved_history_is_dense() -> None:
    with Rig() as rig:
        swept = Swept(rig, point("temperature"), point("humidity"))
        swept.scan({0: (20.0, 50.0)})
        assert rig.history.next(History).values.tolist() == [[20.0, 50.0]]
        swept.scan({0: (20.0, 51.0), 1: (1.0, 1.0)})
        rig.history.next(History)
        swept.scan({0: (20.0, 52.0), 1: (1.0, 1.0)})
        changes = rig.history.next(HistoryChanges)
        assert (changes.rows.tolist(), changes.columns.tolist(), changes.values.tolist()) == (
            [0],
            [1],
            [52.0],
        )


def test_what_a_turn_keeps_changes_with_all_its_rows_and_where_it_brings_none() -> None:
    with Rig() as rig:
        appended: list[tuple[int, dict[str, bytes | None]]] = []
        rig.outlets.history = lambda messages, state: appended.append((len(messages), dict(state)))
        swept = Swept(rig, point("temperature"))
        for at in (1, 2):
            swept.scan({0: (20.0,)}, keeps=(f"post-{at}",))
        assert appended[1:] == [(1, {"post-1": None}), (0, {"post-2": None})]
        turn = [Scan(1_000, (40.0,), past=True, goes_on=True), Scan(3_000, (21.0,), goes_on=True)]
        last = Scan(4_000, (22.0,), keeps={"~a/totals": b"4"})
        swept.tell(
            Gathered([Batch([0], turn[:1], past=True), Batch([0], turn[1:]), Batch([0], [last])], 9_000)
        )
        assert appended[3:] == [(3, {"~a/totals": b"4"})]


def test_what_cannot_be_recorded_is_kept_as_it_was() -> None:
    with Rig() as rig:
        kept: list[str] = []
        rig.outlets.history = lambda _messages, state: kept.extend(state)
        swept = Swept(rig, point("temperature"))
        broken = Scan(1_000, ValueError("of this device"), keeps={"broken": None})
        swept.tell(Gathered([Batch([0, 1], [broken, Scan(1_000, (40.0,), keeps={"whole": None})])], 9_000))
        swept.devices[0].next(Broken)
        assert kept == ["whole"]


def test_nothing_is_kept_of_a_table_without_history() -> None:
    with Rig() as rig:
        swept = Swept(rig, replace(point("temperature"), history=HistoryPolicy.NONE))
        swept.scan({0: (20.0,)})
        rig.history.next(TableDefined)
        assert not rig.history.so_far(object)


def test_a_sweep_that_restarts_alone_knows_limit_sets_and_substitutions(swept: Swept) -> None:
    device = swept.table.devices[1]
    swept.limit_sets = {device.subsystem: "night"}
    swept.rig.recall |= {
        key: body
        for key, body in kept.substitution(kept.Substituted(device.id, "temperature", 7.5, 2**62)).items()
        if body is not None
    }
    swept.start()
    swept.scan({0: (20.0, "x"), 1: (20.0, "y")})
    read = swept.rig.conditions.so_far(ConditionsRead)
    assert {each.device: active(each) for each in read} == {
        swept.table.devices[0].id: [("temperature", "high")],
        device.id: [],
    }
    assert swept.read(1) == (7.5, Quality.UNCERTAIN_SUBSTITUTED)


def test_what_a_device_recorded_itself_goes_into_the_history_and_nowhere_else(swept: Swept) -> None:
    swept.scan({0: (20.0, "x")})
    for outlet in (swept.rig.live, swept.rig.history, swept.rig.conditions):
        outlet.so_far(object)
    recorded = [Scan(1_000, (40.0, "old")), Scan(2_000, (41.0, "older"))]
    swept.tell(Gathered([Batch([0, 0], recorded, past=True)], 9_000))
    changes = swept.rig.history.next(HistoryChanges)
    assert (changes.rows.tolist(), changes.time_ns.tolist()) == ([0, 0], [1_000, 2_000])
    assert changes.values.tolist() == [40.0, 41.0]
    texts = swept.rig.history.next(HistoryTexts)
    assert (texts.time_ns.tolist(), texts.texts) == ([1_000, 2_000], ("old", "older"))
    assert not swept.rig.live.so_far(object)
    assert not swept.rig.conditions.so_far(object), "40 is above the limit, but it is long ago"
    assert swept.read(0) == (20.0, Quality.GOOD)


def test_a_recording_that_cannot_be_decoded_is_the_defect_of_its_device(swept: Swept) -> None:
    scans = [Scan(1_000, (40.0, "")), Scan(1_000, ("bad",))]
    swept.tell(Gathered([Batch([0, 1], scans, past=True)], 9_000))
    swept.devices[1].next(Broken)
    assert swept.rig.history.next(HistoryChanges).values.tolist() == [40.0]

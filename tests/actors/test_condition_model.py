"""Every kind of rule against a slow model of one rule at a time, through scans, gaps, limits and restarts."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.condition_plan import compile_rules
from actors.condition_set import load, messages, stored
from actors.condition_state import ConditionState
from actors.conditions import evaluate
from config.rules import Rule, RuleKind
from config.site import PointKind
from drivers.driver import Quality
from tests.actors.condition_model import Model
from tests.actors.small_site import point, rule, template

DEVICES = ["d0", "d1", "d2"]
POINTS: dict[str, tuple[PointKind, list[RuleKind]]] = {
    "level": (PointKind.ANALOGUE, [kind for kind in RuleKind if kind is not RuleKind.STATE]),
    "meter": (PointKind.COUNTER, [RuleKind.LEAP, RuleKind.UNMOVED, RuleKind.RATE, RuleKind.QUALITY]),
    "valve": (PointKind.DISCRETE, [RuleKind.STATE, RuleKind.MISMATCH, RuleKind.QUALITY]),
    "wanted": (PointKind.ANALOGUE, []),
    "running": (PointKind.DISCRETE, []),
}
REFERENCES = {
    RuleKind.DEVIATION: ["wanted"],
    RuleKind.MISMATCH: ["wanted", "running"],
    RuleKind.UNMOVED: ["", "running"],
}
SMALL = [float(value) for value in range(9)]
NAN = float("nan")

QUALITIES = [
    Quality.BAD_SENSOR_FAULT, Quality.BAD_COMM_LOSS, Quality.BAD_STALE, Quality.UNCERTAIN_STALE,
    Quality.UNCERTAIN_SUBSTITUTED,
]  # fmt: skip

Pick = Callable[[Sequence[Any]], Any]
"""Takes one of several: hypothesis, which makes failures small, or a generator, which is fast."""


def some_rule(pick: Pick, kinds: Sequence[RuleKind]) -> Rule:
    kind = pick(kinds)
    more: dict[str, Any] = {}
    limit = pick(SMALL)
    if kind in REFERENCES:
        more["reference"] = pick(REFERENCES[kind])
    if kind is RuleKind.UNMOVED or (kind is RuleKind.LEAP and pick([True, False])):
        more["within_s"] = pick([0.5, 2.0, 4.0])
    if kind is RuleKind.STATE and pick([True, False]):
        more["states"] = pick([(1.0,), (0.0, 2.0), (3.0, 1.0, 2.0)])
        limit = float("nan")
    if kind is RuleKind.QUALITY:
        limit = float("nan")
    elif pick([True, False]):
        more["sets"] = {"night": pick(SMALL)}
    delays = [0.0, 0.0, 1.0, 2.5]
    return rule(
        "r", kind, limit, deadband=pick([0.0, 1.0, 2.0]),
        on_delay_s=pick(delays), off_delay_s=pick(delays), **more,
    )  # fmt: skip


def some_rules(pick: Pick, wanted: Collection[RuleKind]) -> dict[str, list[Rule]]:
    rules: dict[str, list[Rule]] = {}
    for name, (_, kinds) in POINTS.items():
        fitting = [kind for kind in kinds if kind in wanted]
        rules[name] = [some_rule(pick, fitting) for _ in range(pick([1, 2, 3]))] if fitting else []
    return rules


class Both:
    """The matrix and the models beside each other."""

    def __init__(self, rules: dict[str, list[Rule]]) -> None:
        points = [
            point(name, *(replace(each, name=f"r{at}") for at, each in enumerate(rules[name])), kind=kind)
            for name, (kind, _) in POINTS.items()
        ]
        self.plan = compile_rules(template(*points))
        self.state = ConditionState(self.plan, len(DEVICES))
        self.kept: dict[str, bytes] = {}
        self.models = {
            (device, at.id, each.name): Model(each, at.id, at.kind is PointKind.COUNTER)
            for device in range(len(DEVICES))
            for at in points
            for each in at.rules
        }
        self.scans: dict[int, tuple[list[float], list[int], float]] = {}

    def of(self, rows: Iterable[int]) -> list[tuple[tuple[int, str, str], Model]]:
        return [(name, model) for name, model in self.models.items() if name[0] in set(rows)]

    def use(self, rows: list[int], limit_set: str) -> None:
        self.state.use_limit_set(self.plan, np.array(rows), limit_set)
        for _, model in self.of(rows):
            model.use(limit_set)

    def restart(self) -> None:
        sets = self.state.sets
        self.state = ConditionState(self.plan, len(DEVICES))
        assert load(self.plan, self.state, DEVICES, self.kept) == []
        for row, index in enumerate(sets):
            self.state.use_limit_set(self.plan, np.array([row]), self.plan.sets[index])
        self.models = {name: model.restart() for name, model in self.models.items()}
        self.scans.clear()

    def judge(self, rows: list[int], now: float) -> None:
        """The newest scan of these devices, in the matrix and in the models."""
        rows = [row for row in rows if row in self.scans]
        if not rows:
            return
        values = np.array([self.scans[row][0] for row in rows], float)
        quality = np.array([self.scans[row][1] for row in rows], np.uint8)
        time_ns = np.array([round(self.scans[row][2] * 1e9) for row in rows], np.int64)
        changes = evaluate(self.plan, self.state, np.array(rows), values, quality, time_ns, now)
        told = list(messages(self.plan, changes, DEVICES, 1, self.state))
        for message in told:
            key, body = stored(message)
            self.kept.pop(key, None)
            if body is not None:
                self.kept[key] = body
        for (row, _, _), model in self.of(rows):
            model.log.clear()
            given, codes, source_s = self.scans[row]
            model.see(dict(zip(POINTS, zip(given, codes, strict=True), strict=True)), source_s, now)
        got = [(each.device, each.point, each.rule, each.active, each.found) for each in told]
        assert sorted(got) == sorted(
            (DEVICES[row], at, name, *entry)
            for (row, at, name), model in self.of(rows)
            for entry in model.log
        )

    def compare(self) -> None:
        state = self.state
        assert state.running == np.isfinite(state.due).sum()
        assert state.next_due() == min((model.due() for model in self.models.values()), default=float("inf"))
        names = {(DEVICES[row], at, name) for (row, at, name), model in self.models.items() if model.active}
        assert {tuple(key.split("/")) for key in self.kept} == names


def live(pick: Pick, kinds: Collection[RuleKind], steps: int) -> None:
    """Some time in the life of a few devices."""
    both = Both(some_rules(pick, kinds))
    now = 0.0
    for _ in range(steps):
        action = pick(["scan"] * 6 + ["wait", "again", "set", "restart"])
        rows = sorted({pick(range(len(DEVICES))), pick(range(len(DEVICES)))})
        if action == "wait" and both.state.next_due() < float("inf"):
            now = both.state.next_due()
            rows = both.state.due_rows(now).tolist()
            assert rows
        else:
            now += pick([0.25, 1.0, 2.0])
        if action == "set":
            both.use(rows, pick(["", "night"]))
        if action == "restart":
            both.restart()
        if action == "scan":
            for row in rows:
                values, codes, _ = both.scans.get(row, ([0.0] * len(POINTS), [0] * len(POINTS), 0.0))
                both.scans[row] = (
                    [pick([value, value, pick(SMALL), pick([NAN, 0.0])]) for value in values],
                    [int(pick([code, Quality.GOOD, Quality.GOOD, pick(QUALITIES)])) for code in codes],
                    now - pick([0.0, 0.0, 0.0, 2.0]),
                )
        both.judge(rows, now)
        both.compare()


@settings(max_examples=100)
@given(st.data())
def test_the_matrix_agrees_with_the_model_of_one_rule_at_a_time(data: st.DataObject) -> None:
    """Short lives, that hypothesis makes shorter."""
    live(lambda of: data.draw(st.sampled_from(of)), list(RuleKind), steps=8)


@pytest.mark.parametrize("kinds", [[kind] for kind in RuleKind] + [list(RuleKind)] * 3)
def test_long_lives_agree_with_the_model(kinds: list[RuleKind]) -> None:
    """2,100 lives of three devices, 60 steps each."""

    @settings(max_examples=150)
    @given(st.integers(0, 2**32))
    def agrees(seed: int) -> None:
        live(Random(seed).choice, kinds, steps=60)

    agrees()

"""Conditions by name: as messages to the alarm zones, and as state that survives a restart. Pure.

Positions change with the configuration, names do not: what is stored of a condition is found again by
(device, point, rule), whatever row and column it has become.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from actors.condition_groups import Qualities
from actors.condition_plan import ConditionPlan, Floats
from actors.condition_state import ConditionState
from actors.conditions import Changes
from actors.messages import ActiveCondition, ConditionChanged, ConditionsRead
from config.rules import RuleKind

_STORED = struct.Struct("<qI")
"""since_ns, configuration version; what is stored at all is active."""


def messages(
    plan: ConditionPlan, changes: Changes, devices: Sequence[str], version: int, state: ConditionState
) -> Iterator[ConditionChanged]:
    """What the zones hear of these changes. `devices` are the ids by row."""
    for at in range(len(changes.rows)):
        row, rule = int(changes.rows[at]), int(changes.rules[at])
        yield ConditionChanged(
            device=devices[row],
            point=plan.points[rule],
            rule=plan.rules[rule].name,
            active=bool(changes.active[at]),
            time_ns=int(changes.time_ns[at]),
            value=_number(changes.values[at]),
            quality=int(changes.quality[at]),
            limit=_number(changes.limits[at]),
            limit_set=plan.sets[state.sets[row]],
            version=version,
            found=bool(changes.found[at]),
        )


def conditions_read(
    plan: ConditionPlan,
    state: ConditionState,
    row: int,
    device: str,
    version: int,
    time_ns: int,
    values: Floats,
    quality: Qualities,
    own: Sequence[ActiveCondition] = (),
) -> ConditionsRead:
    """Everything that holds on a device that was read; `values` and `quality` (p,) are its scan, `own` its
    link's conditions."""
    active = [
        ActiveCondition(
            point=plan.points[rule],
            rule=plan.rules[rule].name,
            since_ns=int(state.since_ns[row, rule]),
            value=_number(_figure(plan, state, row, int(rule), values)),
            limit=_number(plan.limits[state.sets[row], rule]),
            limit_set=plan.sets[state.sets[row]],
            quality=int(quality[plan.column[rule]]),
        )
        for rule in np.flatnonzero(state.active[row])
    ]
    return ConditionsRead(device, version, time_ns, (*own, *active), complete=True)


def stored(change: ConditionChanged) -> tuple[str, bytes | None]:
    """The key and the state to keep in the transaction of this change; None deletes the key."""
    key = f"{change.device}/{change.point}/{change.rule}"
    return key, _STORED.pack(change.time_ns, change.version) if change.active else None


def load(
    plan: ConditionPlan, state: ConditionState, devices: Sequence[str], kept: Mapping[str, bytes]
) -> list[str]:
    """Take over what was active before the restart. Call it before the first scan.

    Returns the keys of rules that these devices have no longer: to be forgotten, lest they come back with a
    rule of the same name. Their alarms are retired by the zone. Other devices are passed over.
    """
    row = {device: at for at, device in enumerate(devices)}
    names = zip(plan.points, plan.rules, strict=True)
    rule = {(point, each.name): at for at, (point, each) in enumerate(names)}
    gone = []
    for key, body in kept.items():
        device, point, name = key.split("/", 2)
        if device not in row or not point:
            continue
        if (point, name) in rule:
            where = row[device], rule[point, name]
            state.active[where] = True
            state.since_ns[where] = since_ns(body)
        else:
            gone.append(key)
    return gone


def since_ns(body: bytes) -> int:
    """Since when a stored condition holds. Raises struct.error for bytes that `stored` did not make."""
    since, _version = _STORED.unpack(body)
    return int(since)


def _figure(plan: ConditionPlan, state: ConditionState, row: int, rule: int, values: Floats) -> float:
    """What a rule is judged by now: its point's value, or of a rate or a leap what two readings make."""
    match plan.rules[rule].kind:
        case RuleKind.RATE:
            figure = state.rates.figure[row, plan.figure[rule]]
        case RuleKind.LEAP:
            figure = state.leaps.figure[row, plan.figure[rule]]
        case _:
            figure = values[plan.column[rule]]
    return float(figure)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

"""Runs of linkage as a `core` would have kept them, for the tests of the pages."""

from actors.messages import (
    HeldPoint,
    LinkageState,
    OrderRow,
    Outcome,
    ReadRuns,
    RunRead,
    RunRow,
    RunState,
    SignalRow,
    StepRow,
    StepState,
)
from actors.said import said

START_NS = 1_790_000_000_000_000_000
HOUR_NS = 3600 * 10**9
COUNT = 120
VERIFYING, RUNNING, AWAITING = 121, 122, 123


def run_row(number: int, hostile: str, **changes: object) -> RunRow:
    """Runs 1 to 120: fire and light by turns, an hour apart; the 119th failed."""
    is_fire = number % 2 == 1
    opened_ns = START_NS + number * HOUR_NS
    told: dict[str, object] = {
        "id": number,
        "token": f"t{number}",
        "plan": "fire-b" if is_fire else "evening",
        "name": said("B 座火灾" + hostile, "Fire in B" + hostile)
        if is_fire
        else said("下班照明", "Lights after hours"),
        "group": "fire" if is_fire else "energy",
        "level": 1 if is_fire else 7,
        "version": 1,
        "trigger": "alarm" if is_fire else "schedule",
        "cause": "hvac-1/supply-temperature/high" if is_fire else "2026-10-01 19:30",
        "user": "operator" if is_fire else "",
        "note": "现场确认" + hostile if is_fire else "",
        "mode": "",
        "state": RunState.ENDED,
        "outcome": Outcome.FAILED if number == 119 else Outcome.DONE,
        "detail": said("风机无反馈" + hostile, "the fan gives no feedback" + hostile)
        if number == 119
        else "",
        "opened_ns": opened_ns,
        "begun_ns": opened_ns + 10**9,
        "finished_ns": opened_ns + 5 * 10**9,
        "ended_ns": opened_ns + 60 * 10**9,
    }
    return RunRow(**{**told, **changes})  # type: ignore[arg-type]


def kept_runs(query: ReadRuns, hostile: str) -> tuple[RunRow, ...]:
    found = [
        row
        for row in (run_row(number, hostile) for number in range(COUNT, 0, -1))
        if (not query.cursor or row.id < query.cursor)
        and query.plan in ("", row.plan)
        and query.group in ("", row.group)
        and query.level in (0, row.level)
        and query.trigger in ("", row.trigger)
        and query.outcome in ("", row.outcome)
        and query.since_ns <= row.opened_ns <= (query.until_ns or row.opened_ns)
    ]
    return tuple(found[: query.limit])


def kept_run(number: int, hostile: str) -> RunRead:
    if not 1 <= number <= COUNT:
        return RunRead(None, (), (), ())
    row = run_row(number, hostile)
    at_ns = row.opened_ns
    failed = StepState.FAILED if number == 119 else StepState.DONE
    return RunRead(
        row,
        (
            SignalRow(number, "hvac-1", "supply-temperature", "high", 1, at_ns, 5, at_ns + 50 * 10**9),
            SignalRow(number, "hvac-2", "supply-temperature", "high", 1, at_ns + 10**9, 6, 0),
        ),
        (
            StepRow(
                number, "fan-off", said("停风机" + hostile, "Stop the fan" + hostile), "write", "auxiliary",
                StepState.LOST, 1, at_ns, at_ns, at_ns + 2 * 10**9, 0,
                said("由 olga 人工操作，释放后预案方可写入", "olga operated it"),
            ),
            StepRow(
                number, "watch", said("排烟反馈", "Smoke fan"), "watch", "primary", failed, 1, at_ns, at_ns,
                at_ns + 30 * 10**9, at_ns + 30 * 10**9, row.detail,
            ),
        ),
        (
            OrderRow(
                f"linkage-{number}-fan-off-1-0", number, "fan-off", 1, False, "hvac-1", "fan", 0.0, 1.0,
                at_ns, "lost", said("由 olga 人工操作" + hostile, "olga operated it" + hostile),
            ),
            OrderRow(
                f"linkage-{number}-restore-1", number, "fan-off", 1, True, "hvac-2", "fan", 1.0, 0.0,
                at_ns + 55 * 10**9, "confirmed", "",
            ),
        ),
    )  # fmt: skip


def linkage_state(hostile: str, now_ns: int) -> LinkageState:
    """One verification with 90 s left, one run that holds a point, one that waits for a person."""
    begun = START_NS + 200 * HOUR_NS
    open_: dict[str, object] = {"outcome": Outcome.OPEN, "finished_ns": 0, "ended_ns": 0, "opened_ns": begun}
    deadline_ns = (now_ns // 10**9 // 60 * 60 + 150) * 10**9
    return LinkageState(
        now_ns,
        (
            run_row(
                VERIFYING, hostile, **{**open_, "state": RunState.VERIFYING, "deadline_ns": deadline_ns,
                "begun_ns": 0, "user": "", "note": ""},
            ),
            run_row(RUNNING, hostile, **{**open_, "state": RunState.RUNNING, "mode": "drill"}),
            run_row(AWAITING, hostile, **{**open_, "state": RunState.AWAITING}),
        ),
        (
            HeldPoint("hvac-1", "fan", 0, "", 0, "olga" + hostile, 1.0, begun, begun + HOUR_NS, ("fire-b",)),
            HeldPoint("hvac-2", "fan", RUNNING, "evening", 7, "", 0.0, begun, 0, ()),
        ),
        1,
        2031,
    )  # fmt: skip

"""How long a page of a journal with a million rows takes, whatever is asked: one JSON line.

    python -m benchmarks.alarms_journal [--rows 1000000] [--questions 400]

Rows are seeded and go into the file through the program's own tables and triggers. Questions are drawn too:
one to five filters at once, values that are common, rare and never together, from the newest page and from
deep in the past; besides the worst that are known. `journal_page_ms` is the 99th percentile, the count of
matches included. `journal_figures_s` is how long the figures of all rows take (S4-7.5a).
"""

import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from actors.alarm_records import Change, Key, Record
from actors.alarm_tables import writer
from actors.journal_reader import JournalReader
from actors.journal_rows import add_change
from actors.messages import Alarm, AlarmKind, AlarmState, JournalFilter, JournalRow
from benchmarks.report import report
from benchmarks.setting import begin, parser, percentile
from business.alarm_kpi.columns import read
from business.alarm_kpi.figures import kpis
from config.alarm_targets import AlarmTargets

ROWS: Final = 1_000_000
DEVICES: Final = 4_000
PROFILES: Final = 40
ZONES: Final = 11
RULES: Final = ("high", "low", "high-high", "low-low", "on", "comm-loss", "rate")
CLASSES: Final = ("process", "equipment", "fire", "security", "energy", "water")
USERS: Final = tuple(f"operator-{number}" for number in range(20))
STEP_NS: Final = 2_592_000_000
"""A million rows are thirty days."""
_LIVES: Final = (
    ("alarm_occurs", "return_to_normal"),
    ("alarm_occurs", "acknowledge", "return_to_normal"),
    ("alarm_occurs", "return_to_normal", "acknowledge"),
    ("alarm_occurs", "re_alarm", "return_to_normal", "acknowledge"),
    ("alarm_occurs", "shelve", "shelve_timeout", "return_to_normal"),
)
_OFTEN: Final = (40, 40, 15, 4, 1)


def seed(path: Path, rows: int) -> None:
    """A journal in which a few devices alarm most."""
    draw = random.Random(4)
    db = writer(str(path))
    db.execute("PRAGMA synchronous=OFF")
    db.execute("BEGIN")
    for number, change in enumerate(_changes(draw, rows), 1):
        add_change(db, change)
        if number % 20_000 == 0:
            db.execute("COMMIT")
            db.execute("BEGIN")
    db.execute("COMMIT")
    db.close()


def _changes(draw: random.Random, rows: int) -> Iterator[Change]:
    number = event = 0
    while number < rows:
        event += 1
        device = min(int(draw.expovariate(8 / DEVICES)), DEVICES - 1)
        rule = draw.choices(RULES, (30, 20, 10, 5, 20, 14, 1))[0]
        for transition in draw.choices(_LIVES, _OFTEN)[0][: rows - number]:
            number += 1
            row = _row(draw, number, device, rule, event, transition)
            alarm = Alarm(
                row.device, row.point, row.rule, row.zone, row.state, row.priority, event, row.time_ns,
                row.time_ns, row.value, row.limit, "", 0, row.user, "",
            )  # fmt: skip
            key = Key("field-1", "seeded", number)
            yield Change(Record(alarm, told=True, shown=True, condition=key), row, key)


def _row(draw: random.Random, number: int, device: int, rule: str, event: int, transition: str) -> JournalRow:
    return JournalRow(
        id=0,
        time_ns=number * STEP_NS,
        source_ns=number * STEP_NS,
        device=f"device-{device:05}",
        point="" if rule == "comm-loss" else f"point-{device % 9}",
        rule=rule,
        zone=f"building-{device % ZONES}",
        event=event,
        transition=transition,
        state=AlarmState.UNACKNOWLEDGED,
        priority=1 + device % 4,
        value=31.5,
        limit=30.0,
        limit_set="",
        user=draw.choice(USERS[:10] if device % 2 else USERS)
        if transition in {"acknowledge", "shelve"}
        else "",
        station="10.0.0.7" if transition == "acknowledge" else "",
        note="",
        annunciated=transition in {"alarm_occurs", "re_alarm"},
        alarm_class=CLASSES[device % len(CLASSES)],
        profile=f"profile-{device % PROFILES}",
        subsystem=f"subsystem-{device % 8}",
    )


def questions(draw: random.Random, count: int, rows: int) -> Iterator[tuple[JournalFilter, int]]:
    """Filters and cursors."""
    many = tuple(f"device-{number:05}" for number in range(0, DEVICES, 4))
    half = rows // 2
    yield JournalFilter(), 0
    for wanted in (
        JournalFilter(priorities=(1,), profiles=("profile-1",)),  # never together
        JournalFilter(
            priorities=(1,), classes=("process",), transitions=("alarm_occurs",), annunciated=False
        ),
        JournalFilter(devices=many[:200], priorities=(2,)),
        JournalFilter(devices=many, priorities=(2,)),
        JournalFilter(devices=many, transitions=("shelve",), users=("operator-19",)),
        JournalFilter(since_ns=half * STEP_NS, until_ns=(half + 5) * STEP_NS),
        JournalFilter(until_ns=half * STEP_NS, users=("nobody",)),
    ):
        yield wanted, 0
        yield wanted, half
    kinds: dict[str, Any] = {
        "devices": lambda: tuple(
            f"device-{draw.randrange(DEVICES):05}" for _ in range(draw.choice((1, 1, 30)))
        ),
        "profiles": lambda: (f"profile-{draw.randrange(PROFILES)}",),
        "alarms": lambda: (AlarmKind(f"point-{draw.randrange(9)}", draw.choice(RULES)),),
        "zones": lambda: (f"building-{draw.randrange(ZONES)}",),
        "subsystems": lambda: (f"subsystem-{draw.randrange(8)}",),
        "priorities": lambda: tuple({draw.randrange(1, 5) for _ in range(2)}),
        "classes": lambda: (draw.choice(CLASSES),),
        "transitions": lambda: (draw.choice(("alarm_occurs", "acknowledge", "shelve", "re_alarm")),),
        "users": lambda: (draw.choice(USERS),),
        "annunciated": lambda: draw.choice((True, False)),
    }
    for _ in range(count):
        wanted = JournalFilter(**{name: kinds[name]() for name in draw.sample([*kinds], draw.randint(1, 5))})
        if draw.random() < 0.3:
            since = draw.randrange(rows)
            until = since + draw.choice((60, rows // 30, rows // 4))
            wanted = replace(wanted, since_ns=since * STEP_NS, until_ns=until * STEP_NS)
        yield wanted, draw.choice((0, 0, draw.randrange(1, rows)))


def measured(path: Path, rows: int, count: int) -> dict[str, float]:
    draw = random.Random(7)
    spent: list[float] = []
    with JournalReader(path) as reader:
        for wanted, cursor in questions(draw, count, rows):
            begun = time.perf_counter()
            reader.page(wanted, cursor)
            reader.count(wanted)
            spent.append(1e3 * (time.perf_counter() - begun))
    return {
        "journal_rows": float(rows),
        "journal_questions": float(len(spent)),
        "journal_page_ms": percentile(spent, 0.99),
        "journal_page_p50_ms": percentile(spent, 0.5),
        "journal_page_max_ms": max(spent),
    }


def journal_pages(rows: int = ROWS, count: int = 400) -> dict[str, float]:
    """Seeds a journal in a folder of its own, and asks."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "alarms.db"
        begun = time.perf_counter()
        seed(path, rows)
        seeded_s = time.perf_counter() - begun
        return {
            **measured(path, rows, count),
            "journal_seeded_s": seeded_s,
            "journal_figures_s": figures_s(path, rows),
        }


def figures_s(path: Path, rows: int) -> float:
    """How long all figures of all rows take."""
    begun = time.perf_counter()
    period = read(path, 1, (rows + 1) * STEP_NS)
    found = kpis(period, (), (), AlarmTargets(), ZoneInfo("Asia/Shanghai"))
    spent = time.perf_counter() - begun
    assert sum(found.rate) == int(period.rows["sounded"].sum())
    return spent


def main() -> None:
    told = parser("alarms_journal", __doc__)
    told.add_argument("--rows", type=int, default=ROWS)
    told.add_argument("--questions", type=int, default=400)
    asked = told.parse_args()
    begin(asked.cores)
    report("alarms_journal", **journal_pages(asked.rows, asked.questions))


if __name__ == "__main__":
    main()

"""What a field process tells of itself."""

import math
from pathlib import Path

from actors.outlets import Counts
from business.notifier.state import SILENT_NS, Figures, State, read_state
from supervisor.facts import Facts


def test_late_scans_are_counted_since_the_last_reading(tmp_path: Path) -> None:
    counts = Counts(scans=100, late=100)
    facts = Facts(tmp_path, counts, backlog_bytes=lambda: 3_000_000, clock_offset_s=lambda: math.nan,
                  unrecorded=lambda: 2, notifier=lambda: None)  # fmt: skip
    counts.scans, counts.late = 300, 150
    told = facts()
    assert told["late-scans"] == 25
    assert told["history-backlog"] == 3
    assert math.isnan(told["clock-offset"])
    assert told["unrecorded-commands"] == 2
    assert 0 < told["disk-free"] < 100
    assert told["memory"] > 1
    assert facts()["late-scans"] == 0


def test_a_silent_notifier_is_told_and_its_figures_are_not_known(tmp_path: Path) -> None:
    file, now_ns = tmp_path / "notifier.json", 10**18
    State(file, lambda: now_ns).report(Figures(accounts_in_trouble=2, unanswered=1), {}, 0)
    facts = Facts(
        tmp_path,
        Counts(),
        backlog_bytes=lambda: 0,
        clock_offset_s=lambda: 0.0,
        unrecorded=lambda: 0,
        notifier=lambda: read_state(file, now_ns),
    )
    told = facts()
    assert (told["notifier-silent"], told["notifier-accounts"], told["notifier-unanswered"]) == (0, 2, 1)
    now_ns += 2 * SILENT_NS
    told = facts()
    assert told["notifier-silent"] == 1
    assert math.isnan(told["notifier-accounts"])
    file.write_text("{")
    assert facts()["notifier-silent"] == 1

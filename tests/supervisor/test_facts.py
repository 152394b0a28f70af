"""What a field process tells of itself."""

import math
from pathlib import Path

from actors.outlets import Counts
from supervisor.facts import Facts


def test_late_scans_are_counted_since_the_last_reading(tmp_path: Path) -> None:
    counts = Counts(scans=100, late=100)
    facts = Facts(tmp_path, counts, backlog_bytes=lambda: 3_000_000, clock_offset_s=lambda: math.nan,
                  unrecorded=lambda: 2)  # fmt: skip
    counts.scans, counts.late = 300, 150
    told = facts()
    assert told["late-scans"] == 25
    assert told["history-backlog"] == 3
    assert math.isnan(told["clock-offset"])
    assert told["unrecorded-commands"] == 2
    assert 0 < told["disk-free"] < 100
    assert told["memory"] > 1
    assert facts()["late-scans"] == 0

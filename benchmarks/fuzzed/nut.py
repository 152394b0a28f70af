"""Network UPS Tools: what upsd answers, on its way to values."""

from benchmarks.fuzzed.target import Target
from drivers.nut.answer import Listing, Refused, said
from drivers.nut.line import Malformed
from drivers.nut.points import readings
from drivers.nut.schema import Kind, Source

_SOURCES = (
    Source(variable="battery.charge"),
    Source(variable="ups.status", flag="OB"),
    Source(variable="ups.model", type=Kind.TEXT),
    Source(variable="ups.beeper.status", equals="enabled"),
)


def _feed(received: bytes) -> None:
    listing = Listing("VAR", "one")
    try:
        for line in received.splitlines(keepends=True):
            if listing.take(said(line)):
                readings(_SOURCES, {row[0]: row[1] for row in listing.rows if len(row) == 2})
                return
    except (Malformed, Refused):
        return


_LIST = b"""BEGIN LIST VAR one
VAR one battery.charge "97"
VAR one ups.model "Smart \\"X\\" \\\\ 1000"
VAR one ups.status "OB DISCHRG"
VAR one ups.beeper.status "enabled"
END LIST VAR one
"""

TARGETS = (
    Target(
        "nut",
        (_LIST, b"BEGIN LIST VAR one\nEND LIST VAR one\n", b"ERR DATA-STALE\n", b"ERR UNKNOWN-UPS\r\n"),
        _feed,
    ),
)

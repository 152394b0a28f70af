"""How soon a site lives after `steward run` is started.

first_values_s   until the live snapshot of the field process has a value of every point
ready_s          until every process says that it does its work, pages included
"""

import sys
import time

from actors.channels.live import LIVE
from actors.channels.query import QueryFailed
from actors.messages import ReadSnapshot, Scans
from benchmarks.campus import Campus
from benchmarks.modbus_farm import Farm
from benchmarks.report import report
from benchmarks.setting import begin, parser, until

LIMIT_S = 120.0


def main() -> int:
    flags = parser("start", __doc__)
    flags.add_argument("--devices", type=int, default=1000)
    flags.add_argument("--registers", type=int, default=100)
    flags.add_argument("--period", type=float, default=1.0, help="seconds")
    told = flags.parse_args()
    begin(told.cores)
    with (
        Farm(told.devices, registers=told.registers, period_s=told.period) as farm,
        Campus(farm.endpoints, wait=False, registers=told.registers, period_s=told.period) as campus,
    ):
        ready_s, devices = 0.0, len(farm.endpoints)

        def has_values() -> bool:
            nonlocal ready_s
            if not ready_s and campus.is_ready():
                ready_s = time.monotonic() - campus.started_s
            return devices_read(campus) >= devices

        until(has_values, LIMIT_S, "every device was read", every_s=0.1)
        first_values_s = time.monotonic() - campus.started_s
        ready_s = ready_s or campus.wait_ready()
    report(
        "start",
        devices=told.devices,
        points=told.devices * told.registers,
        first_values_s=first_values_s,
        ready_s=ready_s,
    )
    return 0


def devices_read(campus: Campus) -> int:
    """Devices that have a scan in the live snapshot; 0 while the field process does not answer."""
    try:
        snapshot = campus.query("field", ReadSnapshot(), timeout_s=1.0)
    except QueryFailed:
        return 0
    messages = (LIVE.decode(body) for body in snapshot.bodies)
    return sum(len(message.rows) for message in messages if isinstance(message, Scans))


if __name__ == "__main__":
    sys.exit(main())

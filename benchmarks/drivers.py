"""How much one field process carries: devices over real sockets, the load generators counted apart.

modbus_devices   Modbus TCP devices in one field process, each with its own connection, every point of which
                 changes from scan to scan
modbus_core_pct  CPU of that process while all kept their period, per cent of one core; history, conditions
                 and live channel included; modbus_kept_up_pct says how many scans came in time
opcua_points     points of OPC UA servers in one process, all of which change once a second
opcua_core_pct   CPU of that process, per cent of one core, from the socket to the scan, without what
                 becomes of scans; opcua_changes_per_s says how many changes came
kib_per_device   its memory (PSS) beyond that of the same process with one device, a device: driver, actor,
                 connection, and its points
"""

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.beats import Beats
from benchmarks.campus import Campus
from benchmarks.modbus_farm import Farm
from benchmarks.opcua_farm import cost
from benchmarks.pipeline import cpu_s
from benchmarks.report import pss_bytes, report
from benchmarks.setting import begin, parser, until

TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Held:
    """What one field process took in the window."""

    core_pct: float
    kept_up_pct: float
    pss_kib: float
    farm_core_pct: float


def held(devices: int, registers: int, seconds: float, warm_up_s: float) -> Held:
    with ExitStack() as open_ones:
        farm = open_ones.enter_context(Farm(devices, registers=registers, period_s=1.0))
        campus = open_ones.enter_context(Campus(farm.endpoints, registers=registers, timeout_s=TIMEOUT_S))
        beats = open_ones.enter_context(Beats(campus))
        until(lambda: min(farm.polls()) > 1, 120.0, "every device is polled")
        time.sleep(warm_up_s)
        late = beats.fresh("field").rates["late"]
        began, polled, used, farm_used = time.monotonic(), farm.polls(), cpu_s(campus), farm.cpu_s()
        time.sleep(seconds)
        window_s, polls, then = time.monotonic() - began, farm.polls(), cpu_s(campus)
        farm_used = farm.cpu_s() - farm_used
        late = beats.fresh("field").rates["late"] - late
        pss_kib = pss_bytes(beats.pid("field")) / 1024
    scans = sum(polls) - sum(polled)
    missed = sum(max(0, int(window_s) - (now - before)) for now, before in zip(polls, polled, strict=True))
    return Held(
        100 * (then["field"] - used["field"]) / window_s,
        100 * (scans - late) / (scans + missed),
        pss_kib,
        100 * farm_used / window_s,
    )


def main() -> int:
    flags = parser("drivers", __doc__)
    flags.add_argument("--devices", type=int, default=5000)
    flags.add_argument("--registers", type=int, default=10, help="of each device")
    flags.add_argument("--points", type=int, default=10_000, help="of OPC UA servers")
    flags.add_argument("--seconds", type=float, default=30.0, help="length of the windows")
    flags.add_argument("--warm-up", type=float, default=10.0)
    told = flags.parse_args()
    begin(told.cores)
    alone = held(1, told.registers, 1.0, 1.0)
    all_ = held(told.devices, told.registers, told.seconds, told.warm_up)
    opcua = cost(told.points, told.seconds)
    report(
        "drivers",
        modbus_devices=told.devices,
        modbus_registers=told.registers,
        modbus_core_pct=all_.core_pct,
        modbus_kept_up_pct=all_.kept_up_pct,
        modbus_farm_core_pct=all_.farm_core_pct,
        opcua_points=opcua.points,
        opcua_core_pct=opcua.cpu_pct,
        opcua_changes_per_s=opcua.changes_per_s,
        opcua_farm_core_pct=100 * opcua.farm_cores,
        kib_per_device=(all_.pss_kib - alone.pss_kib) / max(1, told.devices - 1),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

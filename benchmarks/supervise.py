"""What supervision costs, and how it ends.

kib_per_device               memory a device actor takes beside its columns, with its place in the tree
restart_ms, restart_max_ms   from a defect in a driver to the restarted device being connected
stop_500_with_100_hanging_s  Ctrl+C until all processes of `steward run` have ended, while every fifth of 500
                             devices hangs in close (with other sizes the name tells what was measured)
"""

import json
import statistics
import subprocess
import sys

from benchmarks.campus import ROOT, Campus
from benchmarks.hanging_field import EVERY
from benchmarks.modbus_farm import Farm
from benchmarks.report import report
from benchmarks.setting import begin, parser, until


def main() -> int:
    flags = parser("supervise", __doc__)
    flags.add_argument("--devices", type=int, default=5000, help="device actors that are weighed")
    flags.add_argument("--crashes", type=int, default=20)
    flags.add_argument("--stopping", type=int, default=500, help="devices of which a fifth hang in close")
    told = flags.parse_args()
    begin(told.cores)
    command = [sys.executable, "-m", "benchmarks.fake_field"]
    sizes = ["--devices", str(told.devices), "--crashes", str(told.crashes)]
    answer = subprocess.run([*command, *sizes], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    figures = json.loads(answer.stdout.splitlines()[-1])
    instead = {"field": "benchmarks.hanging_field"}
    with Farm(told.stopping) as farm, Campus(farm.endpoints, instead=instead, history="scan") as campus:
        until(lambda: min(farm.polls()) > 2, 60.0, "every device is polled")
        stop_s = campus.stop()
    hanging = -(-told.stopping // EVERY)
    report(
        "supervise",
        devices=told.devices,
        kib_per_device=figures["kib_per_device"],
        start_s=figures["start_s"],
        restart_ms=statistics.median(figures["restarts_ms"]),
        restart_max_ms=max(figures["restarts_ms"]),
        **{f"stop_{told.stopping}_with_{hanging}_hanging_s": stop_s},
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

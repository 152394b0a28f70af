"""From an alarm to the first write of the plan that it starts, on a running site.

linkage_p50_ms, linkage_p99_ms      from the scan that showed the alarm to the write's arrival at its device
linkage_register_p50_ms, _p99_ms    from the register that changed, with the wait for the next scan
linkage_missed, linkage_doubled     writes that never came, or came twice; both must be 0

Every device has a plan of its own, started by the alarm of its r000, that writes another device.
"""

import time
from pathlib import Path

from benchmarks.campus import Campus
from benchmarks.follow import Drive, Follower, name_of
from benchmarks.modbus_farm import Farm
from benchmarks.report import report
from benchmarks.setting import begin, parser, percentile, until

WRITTEN = 7
"""Register that the plans write."""
VALUE = 12_345


class PlannedCampus(Campus):
    """With a plan for each device."""

    def write_site(self, directory: Path) -> None:
        super().write_site(directory)
        count = len(self._endpoints)
        (directory / "plans.toml").write_text(
            "\n".join(_plan(device, (device + 1) % count) for device in range(count)), encoding="utf-8"
        )


def _plan(device: int, other: int) -> str:
    return (
        f'[[plan]]\nid = "p{device}"\nname = {{zh = "预案{device}", en = "Plan {device}"}}\nenabled = true\n'
        f'min_interval_s = 0\ntrigger = [{{kind = "alarm", alarm = "{name_of(device)}/r000/high"}}]\n'
        f'step = [{{id = "write", name = {{zh = "写", en = "Write"}}, kind = "write", '
        f'point = "{name_of(other)}/r{WRITTEN:03}", value = {VALUE}}}]\nend = {{when = "done"}}\n'
    )


def main() -> int:
    flags = parser("alarms_linkage", __doc__)
    flags.add_argument("--devices", type=int, default=50)
    flags.add_argument("--registers", type=int, default=100)
    flags.add_argument("--period", type=float, default=0.2, help="seconds")
    flags.add_argument("--samples", type=int, default=300)
    told = flags.parse_args()
    begin(told.cores)
    report("alarms_linkage", **plans(told.devices, told.registers, told.period, told.samples))
    return 0


def plans(devices: int, registers: int, period_s: float, samples: int) -> dict[str, float]:
    """Runs a site with a plan for each device, and starts them one after the other."""
    from_scan: list[float] = []
    from_register: list[float] = []
    with Farm(devices, registers=registers, period_s=period_s) as farm:
        drive = Drive(farm)
        with PlannedCampus(farm.endpoints, registers=registers, period_s=period_s) as campus:
            until(lambda: min(farm.polls()) > 1, 60.0, "every device is polled")
            time.sleep(3.0)
            with Follower(campus) as journal:
                for sample in range(samples):
                    device = sample % devices
                    other = (device + 1) % devices
                    before = _writes(farm, other)
                    changed_ns = drive.toggle(device)
                    until(
                        lambda other=other, before=before: len(_writes(farm, other)) > len(before),  # type: ignore[misc]
                        10.0,
                        f"the plan of device {device} writes",
                        every_s=0.005,
                    )
                    seen = journal.wait_for(name_of(device), drive.driven[device], 10.0)
                    came_ns = _writes(farm, other)[len(before)]
                    from_scan.append((came_ns - seen.row.source_ns) / 1e6)
                    from_register.append((came_ns - changed_ns) / 1e6)
                    drive.toggle(device)
                    journal.wait_for(name_of(device), drive.driven[device], 10.0)
            came = sum(len(_writes(farm, device)) for device in range(devices))
    return {
        "linkage_devices": float(devices),
        "linkage_samples": float(samples),
        "linkage_period_s": period_s,
        "linkage_p50_ms": percentile(from_scan, 0.5),
        "linkage_p99_ms": percentile(from_scan, 0.99),
        "linkage_max_ms": max(from_scan),
        "linkage_register_p50_ms": percentile(from_register, 0.5),
        "linkage_register_p99_ms": percentile(from_register, 0.99),
        "linkage_missed": float(samples - len(from_scan)),
        "linkage_doubled": float(came - samples),
    }


def _writes(farm: Farm, device: int) -> list[int]:
    """When the plans' register of the device was written."""
    wanted = device, WRITTEN, VALUE
    return [one.time_ns for one in farm.writes() if (one.device, one.address, one.value) == wanted]


if __name__ == "__main__":
    raise SystemExit(main())

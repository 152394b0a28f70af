"""What the alarms bear: a flood, many definitions, a long journal, the way to the ear and to the plant.

transitions_per_s    alarm transitions journaled a second, while registers of simulated devices change
journal_missing      changes of alarms that the journal lacks afterwards; must be 0
journal_doubled      changes that it has too many or out of turn; must be 0
journal_lag_p99_ms   from a register's change to its committed row, the poll included
load_250k_s          from the files of a site with 250,000 alarm definitions to zones that are ready to judge;
                     `--own` of a hundred of them are those of single devices, the others of their profile
journal_page_ms      99th percentile of a page of a journal with a million rows, whatever is asked
sound_p99_ms         from a register's change to the tone in a browser, the poll included
linkage_p99_ms       from the scan that showed the trigger to the first write of its plan at the device
orders_per_s         work orders opened a second, when each alarm of a flood gets one: see `alarms_orders`
flood_, restart_     of 10,000 alarms in 10 s, and with `core` and `field` killed: see `alarms_flood`

    python -m benchmarks.alarms [--parts transitions,flood,restart,load,journal,sound,linkage,orders]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from actors.alarm_book import AlarmBook
from actors.condition_plan import compile_rules
from benchmarks.alarms_flood import flood, killed
from benchmarks.alarms_journal import journal_pages
from benchmarks.alarms_linkage import plans
from benchmarks.alarms_orders import work_orders
from benchmarks.alarms_sound import sound
from benchmarks.campus import Campus
from benchmarks.follow import Drive, Follower, name_of
from benchmarks.modbus_farm import Farm
from benchmarks.report import report
from benchmarks.setting import begin, parser, percentile, until
from config.load import load_site
from config.site import Site
from drivers import SCHEMAS

FLOOD_S: Final = 10.0
POINTS: Final = 100
NAMES: Final = ("high-high", "high", "low", "low-low")
RULES_A_POINT: Final = len(NAMES)


def main() -> int:
    flags = parser("alarms", __doc__)
    flags.add_argument(
        "--parts",
        default="transitions,flood,restart,load,journal,sound,linkage,orders",
        help="which, separated by commas",
    )
    flags.add_argument("--devices", type=int, default=500)
    flags.add_argument("--period", type=float, default=0.2, help="seconds between polls of a device")
    flags.add_argument("--rate", type=float, default=1000.0, help="changes of alarms a second")
    flags.add_argument("--seconds", type=float, default=60.0)
    flags.add_argument("--alarms", type=int, default=10_000, help="of a flood, in 10 s")
    flags.add_argument("--definitions", type=int, default=250_000)
    flags.add_argument("--own", type=float, default=1.0, help="percent of the definitions")
    flags.add_argument("--samples", type=int, default=300, help="plans that are started")
    flags.add_argument("--tones", type=int, default=100, help="alarms that are heard")
    flags.add_argument("--rows", type=int, default=1_000_000)
    told = flags.parse_args()
    begin(told.cores)
    parts: dict[str, Callable[[], dict[str, float]]] = {
        "transitions": lambda: transitions(told.devices, told.period, told.rate, told.seconds),
        "flood": lambda: flood(told.alarms, FLOOD_S),
        "restart": lambda: killed(told.alarms, FLOOD_S),
        "load": lambda: load(told.definitions, told.own),
        "journal": lambda: journal_pages(told.rows),
        "linkage": lambda: plans(50, 100, 0.2, told.samples),
        "sound": lambda: sound(told.tones),
        "orders": lambda: work_orders(told.alarms, FLOOD_S),
    }
    figures: dict[str, float] = {}
    for part in told.parts.split(","):
        if part not in parts:
            raise SystemExit(f"--parts {part}: there are {', '.join(parts)}")
        figures |= parts[part]()
    report("alarms", **figures)
    return 0


def transitions(devices: int, period_s: float, rate: float, seconds: float) -> dict[str, float]:
    """Alarms of all devices come and go in turn, at `rate` changes a second for so long."""
    if rate * 2.5 * period_s > devices:
        raise SystemExit(
            f"{devices} devices polled every {period_s:g} s show {devices / 2.5 / period_s:.0f} changes a "
            f"second, not {rate:g}: a value must stand for two polls and a half to be seen"
        )
    with ExitStack() as open_ones:
        farm = open_ones.enter_context(Farm(devices, registers=10, period_s=period_s))
        drive = Drive(farm)
        campus = open_ones.enter_context(Campus(farm.endpoints, registers=10, period_s=period_s))
        journal = open_ones.enter_context(Follower(campus))
        until(lambda: min(farm.polls()) > 2, 60.0, "every device is polled")
        time.sleep(5.0)
        changed: list[tuple[int, int, int]] = []
        begun = time.monotonic()
        for number in range(round(rate * seconds)):
            device = number % devices
            at_ns = drive.toggle(device)
            changed.append((device, drive.driven[device], at_ns))
            ahead_s = begun + (number + 1) / rate - time.monotonic()
            if ahead_s > 0.002:
                time.sleep(ahead_s)
        driven_s = time.monotonic() - begun
        drive.settle(journal, 60.0)
        missing, doubled = drive.compare(journal)
        seen = [journal.changes(name_of(device)) for device in range(devices)]
        lags_ms = [
            (seen[device][change - 1].seen_ns - at_ns) / 1e6
            for device, change, at_ns in changed
            if len(seen[device]) >= change
        ]
        rows_ns = sorted(one.row.time_ns for found in seen for one in found)
        journaled_s = (rows_ns[-1] - rows_ns[0]) / 1e9
    return {
        "transitions": float(len(changed)),
        "driven_per_s": len(changed) / driven_s,
        "transitions_per_s": (len(rows_ns) - 1) / journaled_s,
        "journal_missing": float(missing),
        "journal_doubled": float(doubled),
        "journal_lag_p50_ms": percentile(lags_ms, 0.5),
        "journal_lag_p99_ms": percentile(lags_ms, 0.99),
    }


def load(definitions: int, own: float) -> dict[str, float]:
    """A profile of 400 alarms; `own` percent of all alarms are written down for their device."""
    with tempfile.TemporaryDirectory(prefix="steward-") as folder:
        write_definitions(Path(folder), definitions, own)
        begun = time.perf_counter()
        site = load_site(Path(folder), SCHEMAS)
        read_s = time.perf_counter() - begun
        for template in site.templates.values():
            compile_rules(template)
        for zone in {site.alarm_zone(zone) for zone in site.zones}:
            book = AlarmBook(zone, site, started_ns=time.time_ns(), annunciate_within_s=10.0)
            book.load((), time.time_ns())
        took_s = time.perf_counter() - begun
    return {
        "definitions": float(count_of(site)),
        "definitions_own": float(round(definitions * own / 100)),
        "load_250k_s": took_s,
        "load_250k_site_s": read_s,
    }


def count_of(site: Site) -> int:
    return sum(len(point.rules) for device in site.devices.values() for point in device.template.points)


def write_definitions(folder: Path, definitions: int, own: float) -> None:
    devices = -(-definitions // (POINTS * RULES_A_POINT))
    rules = "".join(
        f'  {{ kind = "{kind}", limit = {limit}, deadband = 1, on_delay_s = 5, severity = "major", '
        f'response_s = 600, cause = {{ zh = "因", en = "c" }} }},\n'
        for kind, limit in zip(NAMES, (95, 90, 10, 5), strict=True)
    )
    lines = [
        '[site]\nid = "many"\nname = { zh = "园区", en = "Campus" }\ntimezone = "Asia/Shanghai"',
        '[[zone]]\nid = "campus"\nname = { zh = "园区", en = "Campus" }\nkind = "site"',
        '[[zone]]\nid = "b"\nname = { zh = "楼", en = "B" }\nkind = "building"\nparent = "campus"',
        '[[subsystem]]\nid = "power"\nkind = "power"\nname = { zh = "电", en = "Power" }',
        '[profile.many]\nname = { zh = "表", en = "Meter" }\ndriver = "modbus"',
    ]
    lines += [
        f'[[profile.many.point]]\nid = "p{at:03}"\nname = {{ zh = "量{at}", en = "P{at}" }}\n'
        f'kind = "analogue"\nhigh = 100\nsource = {{ address = {at} }}\nrule = [\n{rules}]'
        for at in range(POINTS)
    ]
    for at in range(devices):
        lines.append(
            f'[[device]]\nid = "d{at:05}"\nprofile = "many"\nname = {{ zh = "{at}", en = "{at}" }}\n'
            f'subsystem = "power"\nzone = "b"\nconnection = {{ host = "10.0.{at // 250}.{at % 250}" }}'
        )
        mine = round(definitions * own / 100 / devices)
        lines += [
            f'[[alarm]]\ndevice = "d{at:05}"\npoint = "p{n // RULES_A_POINT:03}"\n'
            f'name = "{NAMES[n % RULES_A_POINT]}"\non_delay_s = {1 + at % 9}'
            for n in range(mine)
        ]
    (folder / "site.toml").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())

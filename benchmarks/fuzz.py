"""Strangers' bytes: every parser of the drivers is fed what a seeded mutator makes of good messages.

One line for each target, then one for all: `cases`; `crashes`, which raised what the driver does not refuse
by; `hangs`, which took more than 50 ms of processor time; `rss_growth_mb` after the first tenth of the cases.
"""

import gc
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import iter_modules

import psutil

import benchmarks.fuzzed
from benchmarks.fuzzed.target import Target
from benchmarks.report import report
from benchmarks.setting import begin, parser

HANG_S = 0.05
LONGEST = 4096
"""Bytes; a mutant that grew beyond is cut."""
TELLING = (0x00, 0x01, 0x16, 0x33, 0x68, 0x7F, 0x80, 0xFE, 0xFF)
SHOWN = 5
"""So many of the cases that failed are told."""


@dataclass(slots=True)
class Outcome:
    target: str
    cases: int = 0
    crashes: int = 0
    hangs: int = 0
    slowest_ms: float = 0.0
    rss_growth_mb: float = 0.0
    shown: list[str] = field(default_factory=list)


def targets(only: str = "") -> list[Target]:
    """Those of all modules in `benchmarks.fuzzed`, or the ones whose name begins with `only`."""
    found: list[Target] = []
    for module in iter_modules(benchmarks.fuzzed.__path__):
        found += getattr(import_module(f"benchmarks.fuzzed.{module.name}"), "TARGETS", ())
    return [target for target in found if target.name.startswith(only)]


def mutants(seeds: Sequence[bytes], cases: int, seed: int) -> Iterator[bytes]:
    """The seeds themselves, then what one to eight changes make of them; the same ones for the same seed."""
    source = random.Random(seed)
    yield from seeds[:cases]
    for _ in range(cases - len(seeds)):
        data = bytearray(source.choice(seeds))
        for _ in range(source.randint(1, 8)):
            _change(data, source, seeds)
        yield bytes(data[:LONGEST])


def _change(data: bytearray, source: random.Random, seeds: Sequence[bytes]) -> None:
    at = source.randrange(len(data)) if data else 0
    match source.randrange(8):
        case 0 if data:
            data[at] ^= 1 << source.randrange(8)
        case 1 if data:
            data[at] = source.choice(TELLING)
        case 2 if data:
            data[at] = source.randrange(256)
        case 3:
            data[at:at] = source.randbytes(source.randint(1, 8))
        case 4:
            del data[at : at + source.randint(1, 8)]
        case 5:
            data[at:at] = data[at : at + source.randint(1, 32)]
        case 6:
            del data[at:]
        case _:
            other = source.choice(seeds)
            data[at:] = other[source.randrange(len(other) + 1) :]


def fuzz(target: Target, cases: int, seed: int = 1) -> Outcome:
    outcome = Outcome(target.name)
    process = psutil.Process()
    rss = 0
    for data in mutants(target.seeds, cases, seed):
        if outcome.cases == cases // 10:
            gc.collect()
            rss = process.memory_info().rss
        outcome.cases += 1
        took_s, error = _fed(target, data)
        if error is not None:
            outcome.crashes += 1
            _show(outcome, f"{type(error).__name__}: {error}: {data.hex()}")
        if took_s > HANG_S:  # on a crowded machine an instant, too, may be charged with that much
            took_s = min(took_s, _fed(target, data)[0])
        outcome.slowest_ms = max(outcome.slowest_ms, took_s * 1000)
        if took_s > HANG_S:
            outcome.hangs += 1
            _show(outcome, f"{took_s * 1000:.0f} ms: {data.hex()}")
    gc.collect()
    outcome.rss_growth_mb = (process.memory_info().rss - rss) / 1e6
    return outcome


def _fed(target: Target, data: bytes) -> tuple[float, Exception | None]:
    """Seconds of processor time, and what was raised."""
    began = time.thread_time()
    failed = None
    try:
        target.feed(data)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        failed = error
    return time.thread_time() - began, failed


def _show(outcome: Outcome, failed: str) -> None:
    if len(outcome.shown) < SHOWN:
        outcome.shown.append(failed)


def main() -> None:
    flags = parser("fuzz", __doc__)
    flags.add_argument("--cases", type=int, default=20_000, help="for each target")
    flags.add_argument("--seed", type=int, default=1)
    flags.add_argument("--only", default="", help="targets whose name begins so")
    told = flags.parse_args()
    begin(told.cores)
    total = Outcome("all")
    for target in targets(told.only):
        outcome = fuzz(target, told.cases, told.seed)
        _print(outcome)
        total.cases += outcome.cases
        total.crashes += outcome.crashes
        total.hangs += outcome.hangs
        total.slowest_ms = max(total.slowest_ms, outcome.slowest_ms)
        total.rss_growth_mb += outcome.rss_growth_mb
    _print(total)


def _print(outcome: Outcome) -> None:
    report(
        "fuzz",
        target=outcome.target,
        cases=outcome.cases,
        crashes=outcome.crashes,
        hangs=outcome.hangs,
        slowest_ms=round(outcome.slowest_ms, 2),
        rss_growth_mb=round(outcome.rss_growth_mb, 1),
        shown=" | ".join(outcome.shown) or None,
    )


if __name__ == "__main__":
    main()

"""Site files for benchmarks: N equal devices of R registers at one period, wherever a farm serves them."""

import json
from collections.abc import Sequence
from pathlib import Path


def write_site(
    directory: Path,
    endpoints: Sequence[tuple[str, int]],
    *,
    registers: int = 100,
    period_s: float = 1.0,
    timeout_s: float = 3.0,
    ports: tuple[int, int] = (18080, 18081),
    history: str = "change",
    alarm_limit: float | None = 30000.0,
    devices_a_zone: int = 500,
    ruled: int = 10,
) -> Path:
    """Device d is `d00000` and so on; its points `r000` ... are the farm's holding registers.

    Four alarm rules stand on every tenth register, as on a real site, or on every `ruled`-th; none fires in
    ordinary running, and the high rule does when a benchmark sets such a register above `alarm_limit`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    zones = range(-(-len(endpoints) // devices_a_zone))
    lines = [
        '[site]\nid = "bench"\nname = {zh = "基准", en = "Benchmark"}\ntimezone = "Asia/Shanghai"',
        f'[settings]\ncontrol = {{host = "127.0.0.1", port = {ports[0]}}}',
        f'office = {{host = "127.0.0.1", port = {ports[1]}}}\nballast_mb = 1',
        '[[zone]]\nid = "campus"\nname = {zh = "园区", en = "Campus"}\nkind = "site"',
        *(
            f'[[zone]]\nid = "b{zone}"\nname = {{zh = "{zone}栋", en = "Building {zone}"}}\n'
            f'kind = "building"\nparent = "campus"'
            for zone in zones
        ),
        '[[subsystem]]\nid = "power"\nkind = "power"\nname = {zh = "电力", en = "Power"}',
        '[profile.bench]\nname = {zh = "表", en = "Meter"}\ndriver = "modbus"',
        f"period_s = {period_s}\ntimeout_s = {timeout_s}",
    ]
    for register in range(registers):
        lines.append(
            f'[[profile.bench.point]]\nid = "r{register:03}"\n'
            f'name = {{zh = "量{register}", en = "R{register}"}}\n'
            f'kind = "analogue"\nunit = "kW"\nlow = 0\nhigh = 65535\nhistory = "{history}"\n'
            + ("main = true\n" if register == 0 else "")
            + f'source = {{table = "holding", address = {register}, type = "uint16"}}\n'
            f"write = {{low = 0, high = 65535}}"
        )
        if register % ruled == 0 and alarm_limit is not None:
            for kind, limit in (
                ("high-high", alarm_limit + 10000),
                ("high", alarm_limit),
                ("low", -10),
                ("low-low", -20),
            ):
                limit = max(0.0, limit) if kind.startswith("high") else 0.0
                lines.append(
                    f'[[profile.bench.point.rule]]\nkind = "{kind}"\nlimit = {limit}\ndeadband = 0\n'
                    f'priority = "high"'
                )
    for at, (host, port) in enumerate(endpoints):
        zone = at // devices_a_zone
        lines.append(
            f'[[device]]\nid = "d{at:05}"\nprofile = "bench"\n'
            f'name = {{zh = "设备{at}", en = "Device {at}"}}\n'
            f'subsystem = "power"\nzone = "b{zone}"\n'
            f"connection = {{host = {json.dumps(host)}, port = {port}}}"
        )
    path = directory / "site.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path

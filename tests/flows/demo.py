"""The demo campus as a running site on ports of its own, played from its drill console."""

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from actors.messages import PointsRead, ReadPoints
from benchmarks.ports import free_ports
from config.load import load_site
from drivers import SCHEMAS
from tests.flows.house import ROOT, House

DEMO = ROOT / "config" / "demo"
SITE = load_site(DEMO, SCHEMAS)
_PORT = re.compile(r"(\b(?:trap_)?port = |\b127\.0\.0\.1:)(\d+)")
_USERS = re.compile(r"^\[\[user\]\]\n(?:\w.*\n)+", re.MULTILINE)

_WATCH = '"fl-a/smoke-fan-feedback", value = 1, within_s = 60'
_WATCH_BRISKLY = '"fl-a/smoke-fan-feedback", value = 1, within_s = 15'
_SOONER = (
    ("ats-1", "mains-ok", "state", "off_delay_s = 3"),
    ("leak-c", "leak", "state", "off_delay_s = 3"),
    ("ws-1", "leak", "state", "off_delay_s = 3"),
    ("fl-a", "smoke-fan-feedback", "no-feedback", "on_delay_s = 8"),
)
"""Delays that would be waited out for nothing: the campus is in quick motion."""
_BRISK = '[[alarm]]\ndevice = "{}"\npoint = "{}"\nname = "{}"\n{}\n\n'


def copy_of_the_demo(folder: Path) -> tuple[int, int]:
    """The same site with its gateways elsewhere and no users yet; the ports of control room and office."""
    shutil.copytree(DEMO, folder)
    texts = {file: file.read_text("utf-8") for file in folder.glob("*.toml")}
    known = sorted({port for text in texts.values() for _, port in _PORT.findall(text)})
    moved = dict(zip(known, free_ports(len(known)), strict=True))
    for file, text in texts.items():
        text = _PORT.sub(lambda found: f"{found[1]}{moved[found[2]]}", _USERS.sub("", text))
        file.write_text(text.replace(_WATCH, _WATCH_BRISKLY), "utf-8")
    (folder / "brisk.toml").write_text("".join(_BRISK.format(*one) for one in _SOONER), "utf-8")
    return moved["8080"], moved["8081"]


def field_values(home: House, *points: str) -> dict[str, float | str | None]:
    """What the field processes know now of `device/point`, each asked for its own."""
    behind: dict[str, list[str]] = {}
    for point in points:
        behind.setdefault(SITE.devices[point.partition("/")[0]].process, []).append(point)
    found: dict[str, float | str | None] = {}
    for process, own in behind.items():
        (read,) = home.ask(process, ReadPoints(tuple(own)))
        assert isinstance(read, PointsRead)
        found |= {f"{one.device}/{one.point}": one.value for one in read.points}
    return found


@contextlib.contextmanager
def demo_house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="st-", dir="/tmp"))
    found = House(folder / "site", copy_of_the_demo(folder / "site"), folder / "run")
    try:
        yield found.start(module="tests.flows.demo_steward")
    finally:
        found.stop()
        shutil.rmtree(folder, ignore_errors=True)

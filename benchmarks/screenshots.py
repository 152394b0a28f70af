"""Draws every page of the demo campus into ./screenshots: two languages, light and dark, desk and phone.

The JSON line tells how many pictures were drawn, and which pages were wider than the screen.
"""

import random
import re
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.browser import LIVE, chromium, log_in
from benchmarks.campus import Campus
from benchmarks.report import report
from benchmarks.setting import begin, parser
from config.load import load_site
from config.site import Site
from drivers import SCHEMAS
from supervisor.cli import DEMO

ROLES = {"control": "operator", "office": "security-administrator"}
LANGUAGES, THEMES = ("zh", "en"), ("light", "dark")
SIZES = ((1366, 768), (390, 844))
GATEWAYS = 15_600
"""The demo's simulated gateways listen on ports of this hundred."""
SETTLE_S = 20.0
"""Before the first picture: trends have begun, the first alarms have come."""


class Demo(Campus):
    """The demo campus on ports of its own."""

    def write_site(self, directory: Path) -> None:
        shutil.copytree(DEMO, directory)
        # Another demo may run beside this one: the simulated gateways move to other ports too.
        away = GATEWAYS + 100 * random.randrange(1, 100)
        for file in directory.rglob("*.toml"):
            text = re.sub(rf"\b{GATEWAYS // 100}(\d\d)\b", rf"{away // 100}\1", file.read_text("utf-8"))
            file.write_text(text, "utf-8")
        site = directory / "site.toml"
        text = site.read_text("utf-8")
        for place, port in zip(("control", "office"), self.ports, strict=True):
            text = re.sub(rf"^{place} = .*$", f"{place} = {{ port = {port} }}", text, flags=re.MULTILINE)
        site.write_text(text, "utf-8")

    def module(self) -> list[str]:
        return ["benchmarks.variant", "--demo"]

    def login(self, role: str) -> tuple[str, str]:
        """User and password, as the terminal shows them."""
        shown = (line.split() for line in self.said)
        return next((words[1], words[2]) for words in shown if words and words[0] == role)


def main() -> int:
    flags = parser("screenshots", __doc__)
    flags.add_argument("--into", type=Path, default=Path("screenshots"))
    flags.add_argument("--all", action="store_true", help="every subsystem, and a device of each")
    flags.add_argument("--only", nargs="*", default=(), help="names of pages, such as overview or alarms")
    told = flags.parse_args()
    begin(told.cores)
    told.into.mkdir(parents=True, exist_ok=True)
    count = 0
    wide: list[str] = []
    with Demo(()) as campus, chromium() as browser:
        site = load_site(campus.folder / "site", SCHEMAS)
        time.sleep(SETTLE_S)
        for place, pages in (("control", control_pages(site, every=told.all)), ("office", OFFICE_PAGES)):
            wanted = {name: path for name, path in pages.items() if not told.only or name in told.only}
            for language in LANGUAGES:
                for theme in THEMES:
                    for size in SIZES:
                        shots = shoot(browser, campus, place, wanted, told.into, (language, theme), size)
                        count += len(wanted)
                        wide += shots
    report("screenshots", pictures=count, into=str(told.into), too_wide=" ".join(wide) or None)
    return 0


def control_pages(site: Site, *, every: bool) -> dict[str, str]:
    """Name of the picture -> path. One subsystem and its first device stand for all, or `every` one."""
    first = {device.subsystem: device.id for device in reversed(tuple(site.devices.values()))}
    shown = [name for name in site.subsystems if name in first]
    shown = shown if every else shown[:1]
    return {
        "login": "/login",
        "overview": "/",
        **{f"subsystem-{name}": f"/subsystem/{name}" for name in shown},
        **{f"device-{first[name]}": f"/device/{first[name]}" for name in shown},
        **{name: f"/{name}" for name in ("alarms", "journal", "system", "sessions", "about")},
    }


OFFICE_PAGES = {
    "office-login": "/login",
    "office": "/",
    "office-users": "/users",
    "office-roles": "/roles",
    "office-scopes": "/scopes",
}


def shoot(
    browser: Browser,
    campus: Demo,
    place: str,
    pages: dict[str, str],
    into: Path,
    look: tuple[str, str],
    size: tuple[int, int],
) -> Sequence[str]:
    """Draw the pages in a browser of their own; the names of those that are wider than the screen."""
    language, theme = look
    width, height = size
    address = campus.address(place)
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    wide = []
    try:
        page.goto(f"{address}/preference?language={language}&theme={theme}&back=/login")
        for name in [name for name, path in pages.items() if path == "/login"]:
            _draw(page, into, name, look, size)
        log_in(page, address, *campus.login(ROLES[place]))
        for name, path in pages.items():
            if path == "/login":
                continue
            page.goto(address + path)
            page.wait_for_function(LIVE)
            page.wait_for_timeout(400)  # charts have drawn
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append(f"{name}-{language}-{width}")
            _draw(page, into, name, look, size)
    finally:
        context.close()
    return wide


def _draw(page: Page, into: Path, name: str, look: tuple[str, str], size: tuple[int, int]) -> None:
    page.screenshot(path=into / f"{name}-{look[0]}-{look[1]}-{size[0]}x{size[1]}.png")


if __name__ == "__main__":
    sys.exit(main())

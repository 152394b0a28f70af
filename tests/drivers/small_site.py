"""A site as small as can be: zone z and subsystem s, and the profiles and devices that a test adds."""

from pathlib import Path

from config.load import load_site
from config.site import Site
from drivers import SCHEMAS

SMALL = """
[site]
id = "small"
name = { zh = "小", en = "Small" }
timezone = "Asia/Shanghai"
[[zone]]
id = "z"
name = { zh = "区", en = "Z" }
kind = "site"
[[subsystem]]
id = "s"
kind = "other"
name = { zh = "系统", en = "S" }
"""


def small_site(folder: Path, *more: str) -> Site:
    (folder / "site.toml").write_text(SMALL + "\n".join(more), "utf-8")
    return load_site(folder, SCHEMAS)

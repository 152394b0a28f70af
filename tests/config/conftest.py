"""A protocol of the tests, and a site that is right, to be made wrong in one place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from config.driver_schema import DriverSchema
from config.load import load_site
from config.problems import Problem, SiteError


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Connection(_Model):
    host: str
    port: int = Field(502, ge=1, le=65535)
    unit: str = ""
    password: str = ""


class Source(_Model):
    address: int = 0
    width: int = 1
    reads: str = ""


class Options(_Model):
    registers: int = 100


class PlainSchema:
    """Registers from 0 to `registers`, and points that may read points of other devices."""

    name = "plain"
    heavy = False
    connection: type[BaseModel] = Connection
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        if source.address + source.width > options.registers:
            last = options.registers - 1
            yield f"address {source.address} is beyond register {last}; choose an address inside"

    def references(self, source: BaseModel) -> Sequence[str]:
        assert isinstance(source, Source)
        return [source.reads] if source.reads else []


SITE = """
[site]
id = "campus"
name = { zh = "园区", en = "Campus" }
timezone = "Asia/Shanghai"

[[zone]]
id = "campus"
name = { zh = "园区", en = "Campus" }
kind = "site"

[[zone]]
id = "building-a"
name = { zh = "A座", en = "Building A" }
kind = "building"
parent = "campus"

[[subsystem]]
id = "hvac"
kind = "hvac"
name = { zh = "暖通", en = "HVAC" }
limit_sets = ["normal", "night"]

[[subsystem]]
id = "fire"
kind = "fire"
name = { zh = "消防", en = "Fire" }

[[user]]
name = "admin"
display = "管理员"
role = "operator"

[profile.ahu]
name = { zh = "空调机组", en = "Air handling unit" }
driver = "plain"
remote_point = "remote"

[[profile.ahu.point]]
id = "temperature"
name = { zh = "温度", en = "Temperature" }
kind = "analogue"
unit = "°C"
low = 0
high = 50
deadband = 0.2
source = { address = 1 }

[[profile.ahu.point.rule]]
kind = "high"
limit = 30
deadband = 1
sets = { night = 35 }

[[profile.ahu.point]]
id = "remote"
name = { zh = "远方", en = "Remote" }
kind = "discrete"
states = { 0 = { zh = "就地", en = "Local" }, 1 = { zh = "远方", en = "Remote" } }
source = { address = 2 }

[[profile.ahu.point]]
id = "setpoint"
name = { zh = "设定", en = "Setpoint" }
kind = "analogue"
unit = "°C"
low = 16
high = 30
source = { address = 3 }
write = { verify = "feedback", feedback = "temperature" }

[[device]]
id = "ahu-1"
name = { zh = "1号机组", en = "Unit 1" }
profile = "ahu"
subsystem = "hvac"
zone = "building-a"
connection = { host = "10.0.0.1" }
"""

DRIVERS: Mapping[str, DriverSchema] = {"plain": PlainSchema()}

Check = Callable[..., list[Problem]]
"""(old, new, more files...) -> what is wrong after `old` of the good site became `new`."""


@pytest.fixture
def drivers() -> Mapping[str, DriverSchema]:
    return DRIVERS


@pytest.fixture
def site_text() -> str:
    return SITE


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A directory with a site that is right."""
    (tmp_path / "site.toml").write_text(SITE, "utf-8")
    return tmp_path


@pytest.fixture
def wrong(site: Path) -> Check:
    def check(old: str, new: str, **files: str) -> list[Problem]:
        assert old in SITE
        (site / "site.toml").write_text(SITE.replace(old, new, 1), "utf-8")
        for name, text in files.items():
            (site / f"{name}.toml").write_text(text, "utf-8")
        with pytest.raises(SiteError) as caught:
            load_site(site, DRIVERS)
        return list(caught.value.problems)

    return check

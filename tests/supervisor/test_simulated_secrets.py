"""The secrets that simulated devices need: drawn once, six digits, and never over one that is given."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from config.load import load_site
from config.secrets import SecretError
from config.site import Site
from drivers import SCHEMAS
from supervisor.cli import DEMO
from supervisor.simulated_secrets import draw

METERS = "tenant-meters"


@pytest.fixture(scope="module")
def demo() -> Site:
    return load_site(DEMO, SCHEMAS)


def test_what_is_missing_is_drawn_for_its_owner_only_and_stays(demo: Site, tmp_path: Path) -> None:
    draw(demo, tmp_path / "secrets", {})
    file = tmp_path / "secrets" / METERS
    drawn = file.read_text().strip()
    assert len(drawn) == 6
    assert drawn.isdecimal()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    draw(demo, tmp_path / "secrets", {})
    assert file.read_text().strip() == drawn


def test_what_is_given_is_not_drawn(demo: Site, tmp_path: Path) -> None:
    draw(demo, tmp_path, {"STEWARD_TENANT_METERS": "123456"})
    assert list(tmp_path.iterdir()) == []


def test_what_others_can_read_is_refused(demo: Site, tmp_path: Path) -> None:
    (tmp_path / METERS).write_text("123456")
    (tmp_path / METERS).chmod(0o644)
    with pytest.raises(SecretError, match="open to others"):
        draw(demo, tmp_path, {})


def test_nothing_is_drawn_for_devices_that_nobody_plays(demo: Site, tmp_path: Path) -> None:
    real = {
        name: replace(one, template=replace(one.template, model="")) for name, one in demo.devices.items()
    }
    draw(replace(demo, devices=real), tmp_path, {})
    assert list(tmp_path.iterdir()) == []

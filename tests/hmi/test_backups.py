"""The page of backups in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.business.backup.estate import KEY, Estate, done
from tests.hmi.browsing import Person, Served, served


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def site(directory: Path) -> Iterator[Served]:
    with served("office", directory) as site:
        yield site


def test_an_administrator_sees_what_there_is_and_makes_one_more(
    admin: Person, directory: Path, tmp_path: Path
) -> None:
    """A13, A14: on screen."""
    page = admin.open("/backups")
    expect(page.locator("h1")).to_have_text("备份")
    expect(page.locator(".empty")).to_have_text("还没有备份")
    expect(page.locator("p.warning").first).to_contain_text("没有第二处备份")
    page.get_by_role("button", name="立即备份").click()
    expect(page.locator(".q-notification")).to_contain_text("已完成")
    expect(page.locator("p", has_text="最近一次")).to_contain_text("排队")

    estate = Estate(tmp_path / "run").fill()
    (directory / "backups").mkdir()
    estate.paths.backups.symlink_to(directory / "backups")
    whole = estate.back_up()
    damaged = estate.back_up()
    (directory / "backups" / damaged.name / "manifest.json").write_text("{}")
    done(estate.snapshot())
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("已损坏")
    expect(rows.nth(1)).to_contain_text("已核对")
    expect(page.locator("p", has_text="数据库快照")).to_contain_text("1 份")
    expect(page.locator("p.warning", has_text=KEY)).to_contain_text("不在任何备份中")
    expect(page.locator("p", has_text="还原整个备份")).to_contain_text(
        f"--from {directory}/backups/{whole.name}"
    )


@pytest.mark.parametrize("user", ["operator", "viewer", "auditor"])
def test_others_do_not_see_it(browser: Browser, site: Served, user: str) -> None:
    person = Person(browser, site)
    person.log_in(user)
    expect(person.open("/backups").locator("h1")).to_have_text("您的角色不能打开此页")
    expect(person.page.locator("nav")).not_to_contain_text("备份")
    person.close()


def test_the_page_speaks_english_too(admin: Person, site: Served) -> None:
    admin.page.goto(site.address + "/preference?language=en&back=/backups")
    expect(admin.page.locator("h1")).to_have_text("Backups")
    expect(admin.page.locator("p", has_text="A drill")).to_contain_text("steward restore SITE")

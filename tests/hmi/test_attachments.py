"""Pictures of records in a real browser, and who gets them (B08, B13, B14)."""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.hmi.browsing import Person, Served, served


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served("office", tmp_path_factory.mktemp("office"), ESTATE="1") as office:
        yield office


@pytest.fixture
def clerk(browser: Browser, office: Served) -> Iterator[Person]:
    person = Person(browser, office)
    person.log_in("manager")
    yield person
    person.close()
    assert person.troubles == []


def png(shade: int) -> bytes:
    """A whole picture of one pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + check

    head = bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
    rows = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_picture_is_attached_shown_and_taken_off(clerk: Person, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.png").write_bytes(png(number))
    (tmp_path / "evil.png").write_bytes(b"<svg><script>alert(1)</script></svg>")
    page = clerk.open("/pet/1")
    page.locator("[data-act=edit]").click()
    box = page.locator("[data-files]")
    box.locator("input[type=file]").set_input_files([tmp_path / "0.png", tmp_path / "1.png"])
    expect(box.locator("li")).to_have_count(2)
    box.locator("input[type=file]").set_input_files(tmp_path / "evil.png")
    expect(box.locator(".problem")).to_contain_text("只接受图片")
    expect(box.locator("li")).to_have_count(2)
    page.get_by_role("button", name="保存", exact=True).click()
    pictures = page.locator(".gallery img")
    expect(pictures).to_have_count(2)
    path = pictures.first.get_attribute("src")
    assert path is not None
    page.wait_for_function("[...document.querySelectorAll('.gallery img')].every((one) => one.naturalWidth)")
    answer = page.request.get(clerk.site.address + path)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.body() == png(0)
    page.locator("[data-act=edit]").click()
    page.locator("[data-files] li button").first.click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(pictures).to_have_count(1)
    assert page.request.get(clerk.site.address + path).status == 404


def test_a_file_goes_only_to_who_may_see_a_record_that_holds_it(browser: Browser, office: Served) -> None:
    clerk = Person(browser, office)
    clerk.log_in("manager")
    clerk.page.wait_for_url("**/")
    address = office.address
    name = clerk.page.request.post(f"{address}/files/vehicle", data=png(7)).json()["file"]
    assert clerk.page.request.get(f"{address}/files/vehicle/1/{name}").status == 404
    escaped = clerk.page.request.get(f"{address}/files/vehicle/1/..%2F..%2Fbusiness.db")
    assert b"SQLite" not in escaped.body()
    for wrong in ("vehicle/1/" + "0" * 64, "nothing/1/" + name, "vehicle/9/" + name):
        assert clerk.page.request.get(f"{address}/files/{wrong}").status == 404
    page = clerk.open("/vehicle/1")
    page.locator("[data-act=edit]").click()
    expect(page.locator("[data-files]")).to_be_visible()
    page.evaluate("name => { document.querySelector('[name=pictures]').value = name }", name)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".gallery img")).to_have_count(1)
    assert clerk.page.request.get(f"{address}/files/vehicle/1/{name}").status == 200
    assert clerk.page.request.get(f"{address}/files/pet/1/{name}").status == 404
    clerk.close()
    stranger = Person(browser, office)
    stranger.log_in("security")
    stranger.page.wait_for_url("**/")
    assert stranger.page.request.get(f"{address}/files/vehicle/1/{name}").status == 404
    assert stranger.page.request.post(f"{address}/files/vehicle", data=png(8)).status == 403
    stranger.close()
    nobody = browser.new_context()
    assert nobody.request.get(f"{address}/files/vehicle/1/{name}").status == 403
    nobody.close()


def test_what_is_too_large_is_not_taken(clerk: Person) -> None:
    clerk.page.wait_for_url("**/")
    answer = clerk.page.request.post(f"{clerk.site.address}/files/pet", data=png(1) + b"\x00" * 11_000_000)
    assert answer.status in {413, 422}

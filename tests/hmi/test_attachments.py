"""Pictures of records in a real browser, and who gets them (B08, B13, B14)."""

import zlib
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.hmi.browsing import Person, Served

ENVIRONMENT = {"ESTATE": "1"}


def png(shade: int) -> bytes:
    """A whole picture of one pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content).to_bytes(4, "big")
        return len(content).to_bytes(4, "big") + kind + content + check

    head = bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
    rows = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_picture_is_attached_shown_and_taken_off(manager: Person, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.png").write_bytes(png(number))
    (tmp_path / "evil.png").write_bytes(b"<svg><script>alert(1)</script></svg>")
    page = manager.open("/pet/1")
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
    answer = page.request.get(manager.site.address + path)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.body() == png(0)
    page.locator("[data-act=edit]").click()
    page.locator("[data-files] li button").first.click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(pictures).to_have_count(1)
    assert page.request.get(manager.site.address + path).status == 404


def test_a_file_goes_only_to_who_may_see_a_record_that_holds_it(browser: Browser, site: Served) -> None:
    manager = Person(browser, site)
    manager.log_in("manager")
    manager.page.wait_for_url("**/")
    address = site.address
    name = manager.page.request.post(f"{address}/files/vehicle", data=png(7)).json()["file"]
    assert manager.page.request.get(f"{address}/files/vehicle/1/{name}").status == 404
    escaped = manager.page.request.get(f"{address}/files/vehicle/1/..%2F..%2Fbusiness.db")
    assert b"SQLite" not in escaped.body()
    for wrong in ("vehicle/1/" + "0" * 64, "nothing/1/" + name, "vehicle/9/" + name):
        assert manager.page.request.get(f"{address}/files/{wrong}").status == 404
    page = manager.open("/vehicle/1")
    page.locator("[data-act=edit]").click()
    expect(page.locator("[data-files]")).to_be_visible()
    page.evaluate("name => { document.querySelector('[name=pictures]').value = name }", name)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".gallery img")).to_have_count(1)
    assert manager.page.request.get(f"{address}/files/vehicle/1/{name}").status == 200
    assert manager.page.request.get(f"{address}/files/pet/1/{name}").status == 404
    manager.close()
    stranger = Person(browser, site)
    stranger.log_in("security")
    stranger.page.wait_for_url("**/")
    assert stranger.page.request.get(f"{address}/files/vehicle/1/{name}").status == 404
    assert stranger.page.request.post(f"{address}/files/vehicle", data=png(8)).status == 403
    stranger.close()
    nobody = browser.new_context()
    assert nobody.request.get(f"{address}/files/vehicle/1/{name}").status == 403
    nobody.close()


def test_what_is_too_large_is_not_taken(manager: Person) -> None:
    answer = manager.page.request.post(
        f"{manager.site.address}/files/pet", data=png(1) + b"\x00" * 11_000_000
    )
    assert answer.status in {413, 422}

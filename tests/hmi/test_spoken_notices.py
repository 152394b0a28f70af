"""What the notifier has stations read out, in a real browser."""

from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from business.notifier.speech.sound import RATE, wav
from tests.hmi.browsing import Served, logged_in
from tests.hmi.test_alarm_pages import turn_on_sound

PLACE = "control"
HERTZ = 1500
FREQUENCIES = """() => {
  const levels = new Uint8Array(sounding.meter.frequencyBinCount);
  sounding.meter.getByteFrequencyData(levels);
  const strongest = levels.indexOf(Math.max(...levels));
  return levels[strongest] < 50 ? 0 : strongest * sounding.context.sampleRate / sounding.meter.fftSize;
}"""


def tone(seconds: float) -> bytes:
    wave = 16_000 * np.sin(2 * np.pi * HERTZ * np.arange(round(seconds * RATE)) / RATE)
    return wav(wave.astype(np.int16))


@pytest.fixture
def page(browser: Browser, site: Served) -> Iterator[Page]:
    """Of an operator, in the quiet of nothing else that sounds."""
    with logged_in(browser, site, "operator") as person:
        page = person.open("/alarms")
        turn_on_sound(page)
        yield page


def test_a_notice_is_shown_played_and_told_of(page: Page, site: Served) -> None:
    text = '3#冷水机组故障"><img src=x onerror=alert(1)>'
    site.tell(read_out=["n1", "", text, tone(20)])
    expect(page.locator(".notice.call.urgent")).to_contain_text("3#冷水机组故障")
    expect(page.locator("html")).to_have_attribute(
        "data-spoken", '3#冷水机组故障"><img src=x onerror=alert(1)>'
    )
    told = site.command("NoticePlayed")
    assert (told["user"], told["body"]) == ("operator", "NoticePlayed(id='n1', station='')")
    page.wait_for_function(f"Math.abs(({FREQUENCIES})() - {HERTZ}) < 250")
    page.locator(".call.urgent [data-act=dismiss]").click()
    expect(page.locator(".notice.call.urgent")).to_have_count(0)


def test_a_notice_of_another_station_is_not_heard(page: Page, site: Served) -> None:
    page.context.add_cookies([{"name": "steward_station", "value": "east", "url": site.address}])
    page.reload()
    turn_on_sound(page)
    site.tell(read_out=["n2", "west", "请到西台", tone(0.2)])
    site.tell(read_out=["n3", "east", "请到东台", tone(0.2)])
    expect(page.locator(".notice.call", has_text="请到东台")).to_be_visible()
    expect(page.locator(".notice.call", has_text="请到西台")).to_have_count(0)
    assert "station='east'" in site.command("NoticePlayed")["body"]


def test_the_sound_of_a_notice_is_for_those_who_are_logged_in(page: Page, site: Served) -> None:
    site.tell(read_out=["n4", "", "请注意", tone(0.2)])
    site.command("NoticePlayed")
    assert httpx.get(f"{site.address}/speech/n4").status_code == 403
    got = page.request.get(f"{site.address}/speech/n4")
    assert (got.status, got.headers["content-type"], got.body()) == (200, "audio/wav", tone(0.2))
    assert page.request.get(f"{site.address}/speech/none").status == 404


def test_a_notice_without_sound_is_left_to_the_browsers_own_voice(page: Page, site: Served) -> None:
    page.evaluate("""() => { window.said = []; speechSynthesis.speak = (one) => {
        window.said.push([one.text, one.lang]); one.onstart?.(); }; }""")
    site.tell(read_out=["n5", "", "没有录音", b""])
    assert "id='n5'" in site.command("NoticePlayed")["body"]
    assert ["没有录音", "zh-CN"] in page.evaluate("window.said")

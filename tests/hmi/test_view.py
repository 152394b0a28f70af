"""What a page is sent: only what changed, and only for what it shows."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from markupsafe import Markup

from actors.messages import Frame, Scans
from business.access import Person
from business.identity.model import Place
from drivers.driver import Quality
from hmi.live import Live
from hmi.view import House, View
from tests.hmi.campus import campus

SITE = campus()


class Page:
    """A live store with one open page on it."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.sequence = 0
        self.live = Live(SITE, lambda: self.now_s, lambda: int(self.now_s * 1e9))
        self.live.restore(Frame("field", "e", 0), [])
        self.set("hvac-1", "valve", 10.0)
        self.set("hvac-2", "valve", 20.0)
        client: Any = SimpleNamespace(request=SimpleNamespace(url=SimpleNamespace(path="/")), ip="")
        house = House(self.live, cast(Any, None), cast(Any, None))
        person = Person("s", "operator", "值班员", Place.CONTROL, idle=False)
        self.view = View(house, client, person, "zh")

    def set(self, device: str, point: str, value: float, quality: int = 0) -> None:
        rows, row = self.live.place(device)
        values = rows.matrix.values[[row]].copy()
        qualities = np.zeros_like(rows.matrix.quality[[row]])
        values[0, rows.table.template.index[point]] = value
        qualities[0, rows.table.template.index[point]] = quality
        self.sequence += 1
        at = np.array([row], np.int32)
        scans = Scans(1, rows.table.id, at, np.array([1]), values, qualities, ())
        self.live.receive(Frame("field", "e", self.sequence), scans)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr("hmi.view.ui.on", lambda *_: None)
    return Page()


def test_a_change_is_one_patch_and_then_none(page: Page) -> None:
    html = page.view.value("hvac-1", "valve")
    assert 'data-point="hvac-1/valve"' in html
    assert ">10.0<" in html
    assert page.view.patches(slow=False) == []
    page.set("hvac-1", "valve", 33.3)
    assert page.view.patches(slow=False) == [["s1", "33.3", "good", "", False, pytest.approx(0.333)]]
    assert page.view.patches(slow=False) == []


def test_what_the_page_does_not_show_is_not_sent(page: Page) -> None:
    page.view.value("hvac-1", "valve")
    page.set("hvac-2", "valve", 99.0)
    page.set("hvac-1", "filter", 120.0)
    assert page.view.patches(slow=False) == []


def test_a_change_below_the_decimals_shown_is_not_sent(page: Page) -> None:
    page.view.value("hvac-1", "setpoint")
    page.set("hvac-1", "setpoint", 21.04)
    page.view.patches(slow=False)
    page.set("hvac-1", "setpoint", 21.04)
    assert page.view.patches(slow=False) == []


def test_a_bad_quality_is_sent_with_its_word(page: Page) -> None:
    page.view.value("hvac-1", "valve")
    page.set("hvac-1", "valve", 10.0, Quality.BAD_SENSOR_FAULT)
    ((_, text, quality, word, _, _),) = page.view.patches(slow=False)
    assert (text, quality, word) == ("10.0", "bad", "传感器故障")


def test_silence_is_drawn_without_a_message(page: Page) -> None:
    page.view.value("hvac-1", "valve")
    page.now_s += 10
    assert page.view.patches(slow=False) == []
    ((_, _, quality, word, _, _),) = page.view.patches(slow=True)
    assert (quality, word) == ("stale", "过期")


def test_a_block_is_drawn_anew_when_what_it_watches_changed(page: Page) -> None:
    drawn: list[int] = []
    state = {"key": 1, "text": "<b>"}

    def render() -> Markup:
        drawn.append(1)
        return Markup("<i>{}</i>").format(state["text"])

    page.view.block(render, lambda: state["key"])
    assert page.view.patches(slow=True) == []
    assert len(drawn) == 1
    state.update(key=2, text="<s>")
    assert page.view.patches(slow=False) == [["s1", "<i>&lt;s&gt;</i>"]]
    state.update(key=3)
    assert page.view.patches(slow=False) == [], "drawn the same, not sent again"

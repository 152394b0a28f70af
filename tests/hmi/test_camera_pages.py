"""Pictures of cameras in a real browser: called by a plan, or near a signal to be verified (S0-3.5.5)."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.hmi.browsing import Person, Served, served

DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="90" onload="alert(1)">'
    '<script>alert(2)</script><text y="40">{count}</text></svg>'
)
FRESH = "one => one.complete && one.naturalWidth === 160"


class Cameras(ThreadingHTTPServer):
    """Gives a picture for each path, of which the next is never the same; `broken` ones are out of order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Camera)
        self.broken: set[str] = set()
        self.asked: list[tuple[str, str]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Camera(BaseHTTPRequestHandler):
    server: Cameras

    def do_GET(self) -> None:
        name, login = self.path.strip("/"), self.headers.get("Authorization", "")
        self.server.asked.append((name, login))
        if name == "hvac-6" and not login:
            self.send_response(401)
            self.send_header(
                "WWW-Authenticate", 'Digest realm="camera", nonce="n1", qop="auth", algorithm=MD5'
            )
            self.end_headers()
            return
        self.send_response(503 if name in self.server.broken else 200)
        self.send_header("Content-Type", "image/svg+xml")
        self.end_headers()
        self.wfile.write(DRAWN.format(count=len(self.server.asked)).encode())

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002


@pytest.fixture(scope="module")
def cameras() -> Iterator[Cameras]:
    with Cameras() as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, cameras: Cameras) -> Iterator[Served]:
    with served("control", tmp_path_factory.mktemp("cameras"), CAMERAS=cameras.address) as site:
        yield site


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def operator(browser: Browser, site: Served, language: str) -> Iterator[Person]:
    person = Person(browser, site)
    person.log_in("operator")
    person.page.goto(f"{site.address}/preference?language={language}&back=/alarms")
    yield person
    person.close()
    site.tell(run={"state": "ended"})
    assert person.troubles == []


def card(person: Person, device: str) -> Locator:
    return person.page.locator(f'.callup figure[data-camera="{device}"]')


def is_live(one: Locator) -> None:
    """Its picture is there, and followed by another."""
    picture = one.locator("img")
    expect(one.locator(".live")).not_to_have_class(re.compile("waiting|lost"))
    handle = picture.element_handle()
    one.page.wait_for_function(FRESH, arg=handle)
    before = picture.get_attribute("src")
    assert before is not None
    assert before.startswith("blob:")
    expect(picture).not_to_have_attribute("src", before)


def test_a_called_camera_shows_its_live_picture_with_place_state_and_reason(
    operator: Person, site: Served, cameras: Cameras, language: str
) -> None:
    operator.open("/alarms")
    site.tell(run={"state": "running"})
    site.tell(call=[f"c1-{language}", "camera", "", "hvac-3", ""])
    site.tell(call=[f"c2-{language}", "camera", "", "hvac-6", ""])
    shown = card(operator, "hvac-3")
    is_live(shown)
    is_live(card(operator, "hvac-6"))
    assert 'Digest username="steward"' in [login for name, login in cameras.asked if name == "hvac-6"][-1]
    expect(shown).to_contain_text({"zh": "A 座 / 一层", "en": "Building A / Floor 1"}[language])
    why = operator.page.locator(".callup .why")
    expect(why).to_contain_text({"zh": "调出", "en": "called by"}[language])
    expect(why).to_contain_text({"zh": "空调机组 1", "en": "Air handler 1"}[language])
    expect(shown.locator("[data-point]").first).to_be_visible()
    expect(operator.page.locator(".callup summary")).to_contain_text("2")
    expect(operator.page.locator(".notice.call")).to_have_count(0)
    shown.locator("[data-act=put-away]").click()
    expect(shown).to_have_count(0)
    operator.page.locator(".callup summary [data-act=put-away]").click()
    expect(operator.page.locator(".callup")).to_have_count(0)


def test_a_signal_that_is_to_be_verified_brings_the_cameras_around_it(
    operator: Person, site: Served, language: str
) -> None:
    """One detector alone starts nothing: somebody is to look, and need not search for the camera."""
    operator.open("/")
    site.tell(run={"state": "verifying", "token": f"v-{language}", "cause": "lighting-3/power/high"})
    is_live(card(operator, "hvac-3"))
    expect(operator.page.locator(".callup figure")).to_have_count(2)
    expect(card(operator, "hvac-1")).to_have_count(0)
    why = operator.page.locator(".callup .why")
    expect(why).to_contain_text({"zh": "待核实", "en": "to verify"}[language])
    site.tell(run={"state": "ended"})
    expect(operator.page.locator(".callup")).to_have_count(0)


def test_a_picture_that_is_fresh_no_more_says_so(
    operator: Person, site: Served, cameras: Cameras, language: str
) -> None:
    page = operator.open("/device/hvac-1")
    picture = page.locator("figure.camera .live")
    expect(picture).not_to_have_class(re.compile("waiting"))
    cameras.broken.add("hvac-1")
    expect(picture).to_have_class(re.compile("lost"))
    expect(picture).to_have_attribute("data-lost", {"zh": "画面中断", "en": "Picture lost"}[language])
    cameras.broken.clear()
    expect(picture).not_to_have_class(re.compile("lost"))


@pytest.mark.parametrize("language", ["zh"], indirect=True)
def test_a_picture_is_only_a_picture_and_only_for_those_who_may_see_it(
    operator: Person, browser: Browser, site: Served, cameras: Cameras, language: str
) -> None:
    """S-08: nobody without a session or the permission; what a camera sends runs nowhere."""
    address = f"{site.address}/camera/hvac-1"
    assert httpx.get(address).status_code == 403
    answer = operator.page.goto(address)
    assert answer is not None
    assert answer.headers["content-security-policy"].endswith("sandbox")
    assert answer.headers["cache-control"] == "no-store"
    assert operator.page.request.get(f"{site.address}/camera/hvac-2").status == 404
    cameras.broken.add("hvac-3")
    told = operator.page.request.get(f"{site.address}/camera/hvac-3")
    assert (told.status, "503" in told.text()) == (503, True)
    cameras.broken.clear()
    viewer = Person(browser, site)
    viewer.log_in("viewer")
    page = viewer.open("/device/hvac-1")
    expect(page.locator("figure.camera")).to_contain_text("无权查看画面")
    assert page.request.get(address).status == 403
    viewer.close()
    assert viewer.troubles == []

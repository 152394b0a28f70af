"""The door: sessions, origins, headers and sockets (S-07, S-09, S-20, S-40)."""

import http.client
import http.cookies
import re
from typing import Any

import pytest
import socketio  # type: ignore[import-untyped]
from socketio.exceptions import ConnectionError as Refused  # type: ignore[import-untyped]

from tests.hmi.browsing import Served

PAGES = (
    "/",
    "/subsystem/hvac",
    "/device/hvac-1",
    "/alarms",
    "/journal",
    "/alarm-kpi",
    "/alarm-reports",
    "/system",
    "/sessions",
    "/users",
    "/roles",
    "/scopes",
    "/about",
    "/x",
)


PLACE = "control"


def ask(
    site: Served, path: str, *, method: str = "GET", body: str = "", **headers: str
) -> tuple[int, http.client.HTTPMessage, str]:
    connection = http.client.HTTPConnection(site.address.removeprefix("http://"), timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body or None, named)
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, answer.headers, text


def log_in(site: Served, user: str, password: str = "", **headers: str) -> tuple[int, str, str]:
    """Status, cookie header of the session, and page."""
    form = f"user={user}&password={password or site.users.get(user, '')}"
    status, answered, text = ask(
        site, "/login", method="POST", body=form, Content_Type="application/x-www-form-urlencoded", **headers
    )
    return status, answered.get("set-cookie", ""), text


def cookie(set_cookie: str) -> str:
    return set_cookie.split(";")[0]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_opens_without_a_session(site: Served, path: str) -> None:
    """S-20."""
    status, headers, _ = ask(site, path, Accept="text/html")
    assert status == 303
    assert headers["location"].startswith("/login?next=")
    assert ask(site, path)[0] == 403


@pytest.mark.parametrize("path", ["/health", "/login", "/assets/steward.css"])
def test_the_way_in_is_open_and_has_the_headers(site: Served, path: str) -> None:
    status, headers, _ = ask(site, path)
    assert status == 200
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_the_cookie_is_for_this_site_alone(site: Served) -> None:
    """S-07."""
    status, set_cookie, _ = log_in(site, "operator")
    assert status == 303
    assert set_cookie.startswith("steward_control=")
    for attribute in ("HttpOnly", "SameSite=strict"):
        assert attribute in set_cookie
    assert ask(site, "/", Cookie=cookie(set_cookie))[0] == 200


def test_every_log_in_draws_another_token(site: Served) -> None:
    """S-07: rotation; the old token is worth nothing."""
    _, first, _ = log_in(site, "viewer")
    _, second, _ = log_in(site, "viewer", Cookie=cookie(first))
    assert cookie(first) != cookie(second)
    assert ask(site, "/", Cookie=cookie(first))[0] == 403
    assert ask(site, "/", Cookie=cookie(second))[0] == 200


def test_wrong_password_and_unknown_user_get_the_same_page(site: Served) -> None:
    """S-04."""
    answers = [log_in(site, user, "Wrong-1-wrong") for user in ("viewer", "nobody")]
    told = [(status, page, re.sub("=[^;]*", "", set_cookie, count=1)) for status, set_cookie, page in answers]
    assert told[0] == told[1]
    assert told[0][0] == 401


def test_a_form_of_another_site_is_refused(site: Served) -> None:
    status, set_cookie, _ = log_in(site, "operator", Origin="https://evil.example")
    assert (status, set_cookie) == (403, "")


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nothing_leads_away_from_the_site(site: Served, back: str) -> None:
    assert ask(site, f"/preference?language=en&back={back}")[1]["location"] == "/"


def test_a_large_body_is_refused_before_it_is_read(site: Served) -> None:
    """S-40."""
    assert ask(site, "/login", method="POST", Content_Length="9999999")[0] == 413
    assert ask(site, "/login", method="POST", body="user=" + "x" * 20_000)[0] == 401


def test_a_broken_cookie_is_no_session(site: Served) -> None:
    for broken in ("steward_control=", "steward_control=x", "steward_control=\x80;;=", "="):
        assert ask(site, "/", Cookie=broken)[0] == 403


async def connect(site: Served, client_id: str, **headers: str) -> bool:
    """Whether a socket for a page is let in."""
    socket = socketio.AsyncClient(reconnection=False)
    query = f"client_id={client_id}&implicit_handshake=true&tab_id=t&document_id=d&next_message_id=0"
    try:
        await socket.connect(
            f"{site.address}/?{query}",
            headers=dict(headers),
            transports=["websocket"],
            socketio_path="/_nicegui_ws/socket.io",
            wait_timeout=5,
        )
    except Refused:
        return False
    finally:
        await socket.disconnect()
        if socket.eio.http is not None:
            await socket.eio.http.close()
    return True


def client_id(page: str) -> str:
    marker = "client_id"
    start = page.index(marker) + len(marker)
    return page[start : start + 60].strip("\"': ,").split("'")[0].split('"')[0]


@pytest.fixture
def opened(site: Served) -> dict[str, Any]:
    _, set_cookie, _ = log_in(site, "operator")
    page = ask(site, "/", Cookie=cookie(set_cookie))[2]
    return {"cookie": cookie(set_cookie), "client_id": client_id(page)}


async def test_a_socket_needs_the_session_of_its_page(site: Served, opened: dict[str, Any]) -> None:
    """S-09 and fact 1: the page's id alone opens nothing."""
    _, other, _ = log_in(site, "viewer")
    assert not await connect(site, opened["client_id"])
    assert not await connect(site, opened["client_id"], Cookie=cookie(other))
    assert not await connect(
        site, opened["client_id"], Cookie=opened["cookie"], Origin="https://evil.example"
    )
    assert await connect(site, opened["client_id"], Cookie=opened["cookie"])


@pytest.mark.parametrize("path", ["/nowhere", "/broken"])
async def test_so_does_that_of_a_page_which_says_what_went_wrong(
    site: Served, opened: dict[str, Any], path: str
) -> None:
    _, other, _ = log_in(site, "viewer")
    page = client_id(ask(site, path, Cookie=opened["cookie"])[2])
    assert not await connect(site, page)
    assert not await connect(site, page, Cookie=cookie(other))
    assert await connect(site, page, Cookie=opened["cookie"])

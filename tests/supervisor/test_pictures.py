"""Pictures of cameras, asked over HTTP."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from actors.said import in_language
from config.secrets import Secret
from config.site import Picture
from hmi.ports import NoPicture, Still
from supervisor.pictures import KEEP_S, MOST_BYTES, Pictures

CAMERA = Picture("http://camera/picture")
JPEG = {"content-type": "image/jpeg; charset=binary"}


class Now:
    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def asking(answer: Callable[[httpx.Request], httpx.Response], *, clock: Now | None = None) -> Pictures:
    return Pictures(Secret("open sesame"), clock=clock or Now(), transport=httpx.MockTransport(answer))


async def refused(pictures: Pictures) -> str:
    with pytest.raises(NoPicture) as why:
        await pictures.of(CAMERA)
    return in_language(str(why.value), "en")


async def test_whoever_asks_at_the_same_time_gets_one_picture_and_later_another() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, headers=JPEG, content=b"%d" % len(asked))

    now = Now()
    pictures = asking(answer, clock=now)
    found = await asyncio.gather(*(pictures.of(CAMERA) for _ in range(10)))
    assert {one.content for one in found} == {b"1"}
    assert found[0] == Still("image/jpeg", b"1")
    now.s += KEEP_S
    assert (await pictures.of(CAMERA)).content == b"2"


async def test_one_who_leaves_takes_the_picture_from_nobody() -> None:
    gate = asyncio.Event()

    async def answer(_request: httpx.Request) -> httpx.Response:
        await gate.wait()
        return httpx.Response(200, headers=JPEG, content=b"seen")

    pictures = Pictures(transport=httpx.MockTransport(answer))
    first, second = (asyncio.create_task(pictures.of(CAMERA)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    assert (await second).content == b"seen"


async def test_the_password_is_given_to_the_camera_that_asks_and_not_in_the_clear() -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("authorization", ""))
        if not sent[-1]:
            return httpx.Response(
                401, headers={"www-authenticate": 'Digest realm="c", nonce="n", qop="auth"'}
            )
        return httpx.Response(200, headers=JPEG, content=b"x")

    await asking(answer).of(Picture("http://camera/picture", "steward"))
    assert sent[0] == ""
    assert sent[1].startswith('Digest username="steward"')
    assert "sesame" not in sent[1]


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (httpx.Response(302, headers={"location": "http://127.0.0.1:8081/"}), "HTTP 302"),
        (httpx.Response(503), "HTTP 503"),
        (
            httpx.Response(200, headers={"content-type": "text/html"}, content=b"<p>"),
            "no picture but 'text/html'",
        ),
        (httpx.Response(200, headers=JPEG, content=b"x" * (MOST_BYTES + 1)), "over 4 MB"),
    ],
)
async def test_what_is_no_picture_is_not_handed_on(response: httpx.Response, why: str) -> None:
    assert why in await refused(asking(lambda _request: response))


async def test_a_camera_that_is_not_reached_says_why_and_is_asked_again() -> None:
    reached = False

    def answer(_request: httpx.Request) -> httpx.Response:
        if not reached:
            raise httpx.ConnectError("no route")
        return httpx.Response(200, headers=JPEG, content=b"x")

    now = Now()
    pictures = asking(answer, clock=now)
    assert "no route" in await refused(pictures)
    reached = True
    assert "no route" in await refused(pictures), "the answer that others have just had"
    now.s += KEEP_S
    assert (await pictures.of(CAMERA)).content == b"x"

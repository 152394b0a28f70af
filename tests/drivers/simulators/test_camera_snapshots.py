"""The pictures of the simulated cameras, fetched over HTTP from the address that a camera tells."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from drivers.simulators import Campus
from drivers.simulators.signage import Camera
from drivers.simulators.snapshots import Snapshots, seen
from tests.drivers.plant import within

NewCampus = Callable[..., Campus]


@pytest.fixture
async def pictures(new_campus: NewCampus) -> AsyncIterator[Campus]:
    campus = new_campus()
    served = Snapshots(campus)
    await served.start("127.0.0.1", 0)
    yield campus
    await served.stop()
    assert campus.world.snapshots == ""


async def ask(campus: Campus, request: bytes) -> bytes:
    """Everything that the server says to `request` until it closes."""
    address = urlsplit(campus.world.snapshots)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(request)
    writer.write_eof()
    answer = await within(reader.read())
    writer.close()
    return answer


async def get(campus: Campus, path: str) -> tuple[str, str]:
    """Status and body."""
    answer = await ask(campus, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b"\r\n")[0].decode().split(" ", 2)[1], body.decode()


def looks(campus: Campus, camera: str) -> set[str]:
    model = campus.models[camera]
    assert isinstance(model, Camera)
    return set(seen(campus, model))


def pass_s(campus: Campus, seconds: int) -> None:
    for _ in range(seconds):
        campus.step(1)


async def test_a_picture_says_which_camera_which_preset_and_that_it_is_simulated(pictures: Campus) -> None:
    pictures.write("cam-a-2", "preset", 5)
    pass_s(pictures, 4)
    status, body = await get(pictures, "/cam-a-2.svg")
    assert status == "200"
    texts = " ".join(element.text or "" for element in ET.fromstring(body).iter() if element.text)
    assert "A座二层摄像机 Camera A floor 2" in texts
    assert "preset 5" in texts
    assert "模拟画面 simulated" in texts


async def test_what_is_no_camera_is_not_found_and_an_offline_one_has_no_picture(pictures: Campus) -> None:
    for path in ("/", "/fp-1.svg", "/cam-z.svg", "/../etc/passwd"):
        assert (await get(pictures, path))[0] == "404"
    pictures.write("drill", "camera-offline-a-2", 1)
    pass_s(pictures, 2)
    assert (await get(pictures, "/cam-a-2.svg"))[0] == "503"
    assert (await get(pictures, "/cam-a-3.svg"))[0] == "200"


@pytest.mark.parametrize("request_", [b"", b"GET", b"\x00\xff" * 3000, b"no spaces\r\n\r\n"[3:]])
async def test_a_stranger_who_speaks_something_else_is_hung_up_on(pictures: Campus, request_: bytes) -> None:
    assert b"200 OK" not in await ask(pictures, request_)
    assert (await get(pictures, "/cam-a-1.svg"))[0] == "200"


async def test_pictures_show_what_happens_on_the_floor(pictures: Campus) -> None:
    assert looks(pictures, "cam-a-2") == looks(pictures, "cam-c-b1") == set()
    for scenario in ("fire-a-2", "leak-c-b1", "intrusion-b-1"):
        pictures.write("drill", scenario, 1)
    pass_s(pictures, 15)
    assert looks(pictures, "cam-a-2") == {"smoke"}
    assert looks(pictures, "cam-c-b1") == {"water"}
    assert looks(pictures, "cam-c-power") == set()
    assert looks(pictures, "cam-b-1") == {"somebody"}
    assert looks(pictures, "cam-a-3") == set()
    pass_s(pictures, 90)
    assert looks(pictures, "cam-a-2") == {"smoke", "flames"}
    assert "#e25822" in (await get(pictures, "/cam-a-2.svg"))[1]


async def test_without_a_free_port_there_are_no_pictures_and_nothing_else_is_wrong(
    new_campus: NewCampus,
) -> None:
    campus = new_campus()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        served = Snapshots(campus)
        await served.start("127.0.0.1", taken.getsockname()[1])
        assert campus.world.snapshots == ""
        await served.stop()

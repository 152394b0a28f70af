"""A real field process is killed while posts come in: what was accepted is recorded, and recorded once."""

import contextlib
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.channels.command_client import BlockingCommandClient
from actors.codecs import POSTS
from actors.messages import Issuer, Stage, TakePost
from actors.paths import RunPaths
from business.webhooks.signing import headers, new_secret
from tests.drivers.small_site import SMALL
from tests.supervisor.killed_field import FieldProcess, field_process, good_values

GATE = """
[profile.gate]
name = { zh = "道闸", en = "Gate" }
driver = "http"
period_s = 0.3
[[profile.gate.point]]
id = "number"
name = { zh = "序号", en = "Number" }
kind = "counter"
source = { path = "number" }
[[device]]
id = "gate-1"
name = { zh = "道闸", en = "Gate" }
profile = "gate"
subsystem = "s"
zone = "z"
connection = { webhook = "gate", secret = "gate-key" }
"""
SECRET = new_secret()
KILLS = 4
POSTS_BETWEEN = 7
WITHIN_S = 60.0


@pytest.fixture
def field(paths: RunPaths, tmp_path: Path) -> Iterator[FieldProcess]:
    with field_process(paths, tmp_path, SMALL + GATE, environ={"STEWARD_GATE_KEY": SECRET}) as process:
        yield process


def recorded(file: Path) -> Counter[int]:
    """How often each number stands in what waits for the historian."""
    return Counter(value for _, value in good_values(file))


def kept(file: Path) -> int:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM state WHERE key LIKE 'post/%'").fetchone()[0])


def test_whatever_was_accepted_is_recorded_once_however_often_the_process_is_killed(
    paths: RunPaths, field: FieldProcess
) -> None:
    client = BlockingCommandClient(paths.command("field"), POSTS)
    file = field.history

    def post(number: int) -> str:
        """As the sender does: again under the same id until it is told that it arrived."""
        until_s = time.monotonic() + WITHIN_S
        while time.monotonic() < until_s:
            text = json.dumps({"number": number})
            made = headers(f"msg_{number}", int(time.time()), text, [SECRET])
            body = TakePost(
                "gate", f"msg_{number}", int(made["webhook-timestamp"]), made["webhook-signature"], text
            )
            last = list(client.send(body, Issuer("", "", ""), 5.0))[-1]
            if last.stage is Stage.DONE or last.detail == "replayed":
                return last.detail
            time.sleep(0.02)
        raise TimeoutError(f"post {number} was not taken within {WITHIN_S:g} s")

    number = 0
    for killing in range(KILLS):
        field.start()
        for _ in range(POSTS_BETWEEN):
            number += 1
            assert post(number) == "accepted"
        time.sleep(0.1 * killing)  # at another place of its turn each time
        field.kill()
    missing = set(range(1, number + 1)) - recorded(file).keys()
    assert missing, "the last were killed before they were recorded; else this shows nothing"
    assert kept(file) >= len(missing)
    field.start()
    assert post(number) == "replayed"
    until_s = time.monotonic() + WITHIN_S
    while kept(file) and time.monotonic() < until_s:
        time.sleep(0.05)
    field.kill()
    assert recorded(file) == Counter(range(1, number + 1))

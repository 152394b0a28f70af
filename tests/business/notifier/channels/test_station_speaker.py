"""Messages that a station's browsers read out."""

import wave
from io import BytesIO
from pathlib import Path

import pytest

from actors.channels.live import LIVE
from actors.messages import SpokenNotice
from business.notifier.channels import station_speaker
from business.notifier.channels.port import (
    BadAccount,
    BadReceiver,
    Channel,
    House,
    Outgoing,
    ReceiptKind,
)
from business.notifier.channels.station_speaker import StationSpeaker, StationSpeakerTable
from business.notifier.messages import NOTIFIER_COMMANDS, NoticePlayed
from business.notifier.speech.speech import Speech

NOW_NS = 1_800_000_000 * 10**9
MESSAGE = Outgoing(
    id="a" * 32, to="desk-1", language="zh", subject="高高报警", text="3#冷水机组 85.2 ℃", urgent=True
)


class Browsers:
    """What was announced, and who has played what."""

    def __init__(self, speech: Speech) -> None:
        self.notices: list[SpokenNotice] = []
        self.played: dict[str, int] = {}
        self.now_ns = NOW_NS
        self.house = House(self.notices.append, lambda id_: self.played.get(id_, 0), speech)

    def channel(self, **options: int) -> Channel:
        return StationSpeaker(StationSpeakerTable(**options), self.house, wall_ns=lambda: self.now_ns)


@pytest.fixture
def browsers(tmp_path: Path) -> Browsers:
    return Browsers(Speech(tmp_path))


async def test_a_message_is_announced_with_its_speech(browsers: Browsers) -> None:
    channel = browsers.channel()
    assert (await channel.hand_over(MESSAGE)).reference == MESSAGE.id
    (notice,) = browsers.notices
    assert (notice.id, notice.station, notice.language) == (MESSAGE.id, "desk-1", "zh")
    assert (notice.text, notice.urgent, notice.time_ns) == (MESSAGE.text, True, NOW_NS)
    assert LIVE.decode(LIVE.encode(notice)) == notice
    with wave.open(BytesIO(notice.wav)) as file:
        assert file.getnframes() > file.getframerate()
    await channel.check()
    assert await channel.answers(0) == ()
    await channel.close()


async def test_the_text_goes_out_where_it_cannot_be_turned_into_speech(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    browsers = Browsers(Speech(tmp_path, program="espeak-nowhere"))
    channel = browsers.channel()
    await channel.hand_over(MESSAGE)
    (notice,) = browsers.notices
    assert (notice.text, notice.wav) == (MESSAGE.text, b"")
    assert "apt install espeak-ng" in caplog.text
    with pytest.raises(BadAccount, match="apt install espeak-ng"):
        await channel.check()


async def test_what_a_browser_has_played_is_delivered_and_what_none_has_fails(browsers: Browsers) -> None:
    channel = browsers.channel(wait_s=10)
    asked = [("one", "desk-1", NOW_NS), ("two", "", NOW_NS)]
    browsers.now_ns += 9 * 10**9
    assert await channel.receipts(asked) == ()
    browsers.played["one"] = NOW_NS + 2 * 10**9
    browsers.now_ns += 10**9
    one, two = await channel.receipts(asked)
    assert (one.reference, one.kind, one.time_ns) == ("one", ReceiptKind.DELIVERED, NOW_NS + 2 * 10**9)
    assert (two.reference, two.kind) == ("two", ReceiptKind.FAILED)
    assert "with the sound on" in two.detail


async def test_all_stations_are_an_empty_receiver_and_no_station_is_refused(browsers: Browsers) -> None:
    channel = station_speaker.KIND.open(StationSpeakerTable(), {}, browsers.house)
    await channel.hand_over(Outgoing("b" * 32, "", "en", "High-high alarm", ""))
    assert [(one.station, one.text) for one in browsers.notices] == [("", "High-high alarm")]
    with pytest.raises(BadReceiver, match="leave it empty"):
        await channel.hand_over(Outgoing("c" * 32, "+8613800138000", "zh", "", "x"))


def test_what_a_browser_tells_travels_to_the_notifier() -> None:
    told = NoticePlayed("a" * 32, "desk-1")
    assert NOTIFIER_COMMANDS.decode(NOTIFIER_COMMANDS.encode(told)) == told

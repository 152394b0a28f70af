"""Texts become sound: recordings first, the machine's own voice for the rest."""

import io
import logging
import queue
import stat
import wave
from pathlib import Path

import numpy as np
import pytest

from actors.loop import IoLoop
from business.notifier.speech.phrases import Piece, Shelf, cut_up, shelf
from business.notifier.speech.sound import RATE, NoSound, Samples, samples_of, wav
from business.notifier.speech.speech import MOST_CHARACTERS, Speech


def tone(hertz: float, seconds: float, *, rate: int = RATE, channels: int = 1, width: int = 2) -> bytes:
    """A recording in any format."""
    one = 8_000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        written = np.repeat(one, channels).astype("<i2").tobytes()
        out.writeframes(written if width == 2 else bytes(len(one) * channels * width))
    return file.getvalue()


def heard(content: bytes) -> Samples:
    with wave.open(io.BytesIO(content)) as file:
        assert file.getparams()[:3] == (1, 2, RATE)
        assert file.getnframes() * 2 == len(content) - 44, "the header tells the true length"
        return np.frombuffer(file.readframes(file.getnframes()), "<i2")


def pitch(samples: Samples) -> float:
    """The strongest frequency."""
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * RATE / len(samples))


def record(folder: Path, language: str, name: str, content: bytes, text: str = "") -> None:
    (folder / language).mkdir(parents=True, exist_ok=True)
    (folder / language / f"{name}.wav").write_bytes(content)
    if text:
        (folder / language / f"{name}.txt").write_text(text, "utf-8")


@pytest.mark.parametrize(("language", "text"), [("zh", "3#冷水机组高高报警"), ("en", "chiller 3: high-high")])
async def test_without_recordings_the_machine_says_it(tmp_path: Path, language: str, text: str) -> None:
    speech = Speech(tmp_path / "none")
    short, long = heard(await speech.say(text, language)), heard(await speech.say(f"{text} " * 3, language))
    assert np.abs(short).max() > 1_000
    assert RATE < len(short) < len(long)


@pytest.mark.parametrize("fast", [True, False])
def test_it_speaks_on_the_loop_of_a_process_which_has_a_thread_of_its_own(tmp_path: Path, fast: bool) -> None:
    said: queue.SimpleQueue[bytes | BaseException] = queue.SimpleQueue()

    async def say() -> None:
        said.put(await Speech(tmp_path).say("报警", "zh"))

    loop = IoLoop(fast=fast)
    loop.start()
    try:
        loop.spawn(say(), said.put)
        content = said.get(timeout=45)
        assert isinstance(content, bytes)
        assert len(heard(content)) > RATE / 2
    finally:
        assert loop.stop(45.0)


async def test_a_recording_is_played_instead(tmp_path: Path) -> None:
    record(tmp_path, "zh", "高高报警", tone(440, 0.5))
    said = heard(await Speech(tmp_path).say("高高报警！", "zh"))
    assert pitch(said) == pytest.approx(440, abs=3)
    assert 0.5 < len(said) / RATE < 1.2


async def test_what_no_recording_covers_is_synthesised_between_recordings(tmp_path: Path) -> None:
    record(tmp_path, "en", "alarm", tone(440, 0.5))
    record(tmp_path, "en", "answer", tone(440, 0.5), "please answer at once")
    whole = heard(await Speech(tmp_path).say("Alarm: chiller 3. Please answer at once", "en"))
    alone = heard(await Speech(tmp_path).say("chiller 3", "en"))
    assert pitch(whole) == pytest.approx(440, abs=3)
    assert len(whole) > len(alone) + RATE * 0.7


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (16_000, 1), (44_100, 2), (22_050, 2)])
def test_recordings_of_other_rates_and_channels_sound_the_same(rate: int, channels: int) -> None:
    samples = samples_of(tone(440, 0.5, rate=rate, channels=channels), "x.wav")
    assert len(samples) == pytest.approx(RATE / 2, abs=2)
    assert pitch(samples) == pytest.approx(440, abs=3)
    assert np.abs(samples).max() == pytest.approx(8_000, rel=0.1)
    assert np.array_equal(heard(wav(samples)), samples)


def floating() -> bytes:
    """A WAV whose samples are floating-point numbers."""
    content = bytearray(tone(440, 0.1))
    content[20] = 3
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"RIFF", b"not a WAV at all", tone(440, 0.1, width=3), tone(440, 0.1, rate=4_000), floating()],
)
def test_a_recording_that_cannot_be_used_is_refused_with_the_way_out(content: bytes) -> None:
    with pytest.raises(NoSound, match="16-bit PCM"):
        samples_of(content, "高高报警.wav")
    with pytest.raises(NoSound, match="cut it into phrases"):
        samples_of(tone(440, 31), "long.wav")


async def test_a_broken_recording_is_said_by_the_machine_and_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    record(tmp_path, "zh", "高高报警", b"no sound")
    speech = Speech(tmp_path)
    assert len(heard(await speech.say("高高报警", "zh"))) > RATE / 2
    await speech.say("高高报警，高高报警", "zh")
    assert caplog.text.count("高高报警.wav") == 2, "once, in both languages"
    with pytest.raises(NoSound, match=r"高高报警\.wav"):
        await speech.check()


async def test_a_folder_that_cannot_be_read_is_named_and_all_is_synthesised(tmp_path: Path) -> None:
    record(tmp_path, "zh", "报警", tone(440, 0.2))
    (tmp_path / "zh" / "报警.txt").write_bytes("报警".encode("gb18030"))
    speech = Speech(tmp_path)
    assert len(heard(await speech.say("报警", "zh"))) > RATE / 2
    with pytest.raises(NoSound, match=r"each \.txt is UTF-8"):
        await speech.check()


async def test_a_missing_synthesiser_is_named_with_the_way_out(tmp_path: Path) -> None:
    speech = Speech(tmp_path, program="espeak-nowhere")
    with pytest.raises(NoSound, match="apt install espeak-ng"):
        await speech.say("报警", "zh")
    record(tmp_path, "zh", "报警", tone(440, 0.2))
    assert heard(await speech.say("报警", "zh")).size, "what is recorded needs none"


async def test_a_synthesiser_that_fails_or_gives_something_else_is_told(tmp_path: Path) -> None:
    for name, script, why in (
        ("fails", "echo no voice >&2; exit 3", "no voice"),
        ("other", "cat >/dev/null; echo hello", "gave no WAV"),
    ):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        with pytest.raises(NoSound, match=why):
            await Speech(tmp_path, program=str(program)).say("报警", "zh")


async def test_a_text_is_no_command_and_its_length_has_an_end(tmp_path: Path) -> None:
    speech = Speech(tmp_path / "none")
    made = tmp_path / "made"
    said = heard(await speech.say(f"-w {made}; $(touch {made}) `touch {made}` <mark/> [[h@loU]]", "en"))
    assert said.size
    assert not made.exists()
    most = heard(await speech.say("报警" * 5_000, "zh"))
    assert len(most) / RATE < MOST_CHARACTERS


async def test_what_was_said_is_kept_until_its_recording_changes(tmp_path: Path) -> None:
    record(tmp_path, "zh", "报警", tone(440, 0.3))
    speech = Speech(tmp_path)
    first = await speech.say("报警", "zh")
    assert await speech.say("报警", "zh") is first
    record(tmp_path, "zh", "报警", tone(880, 0.4))
    assert pitch(heard(await speech.say("报警", "zh"))) == pytest.approx(880, abs=5)
    forgetful = Speech(tmp_path, kept_bytes=10_000)
    assert await forgetful.say("报警", "zh") is not await forgetful.say("报警", "zh")
    await Speech(tmp_path / "none").check()


def test_the_longest_phrase_counts_and_no_part_of_a_word(tmp_path: Path) -> None:
    def texts(text: str, *phrases: str) -> list[tuple[str, bool]]:
        shelved = Shelf(dict.fromkeys(phrases, (tmp_path, 0, 0)))
        return [(piece.text, piece.path is not None) for piece in cut_up(text, shelved)]

    assert texts("冷水机组高高报警", "报警", "高高报警", "高") == [("冷水机组", False), ("高高报警", True)]
    assert texts("Fan failed", "fan", "fa") == [("Fan", True), (" failed", False)]
    assert texts("fantastic", "fan") == [("fantastic", False)]
    assert list(cut_up("报警", Shelf({}))) == [Piece("报警")]


def test_phrases_are_named_by_their_files_or_by_a_text_beside_them(tmp_path: Path) -> None:
    record(tmp_path, "zh", "3#冷水机组", b"")
    record(tmp_path, "zh", "001", b"", "﻿送/回风 85 ℃\n")
    assert set(shelf(tmp_path, "zh").files) == {"三号冷水机组", "送/回风 八十五摄氏度"}
    assert shelf(tmp_path / "nowhere", "zh") == Shelf({})

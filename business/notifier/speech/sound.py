"""Sound as samples and as WAV files: one channel of 16 bits, at one rate."""

import io
import wave
from typing import Final

import numpy as np
from numpy.typing import NDArray

from actors.said import said

RATE: Final = 22_050
"""Samples a second: what the synthesiser gives."""
LONGEST_FILE_S: Final = 30.0

Samples = NDArray[np.int16]


class NoSound(Exception):
    """What cannot be used as a recording, and what to do, said in both languages."""


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.int16)


def wav(samples: Samples) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


def samples_of(content: bytes, name: str) -> Samples:
    """Of a recorded WAV file, at `RATE`, its channels mixed into one. Raises NoSound."""
    try:
        with wave.open(io.BytesIO(content)) as file:
            channels, width, rate, frames = file.getparams()[:4]
            if width != 2 or not 8_000 <= rate <= 96_000 or not 1 <= channels <= 2:
                raise _unfit(name, f"{8 * width} bit, {rate} Hz, {channels}")
            if frames > LONGEST_FILE_S * rate:
                raise NoSound(
                    said(
                        f"录音“{name}”长于 {LONGEST_FILE_S:g} 秒；请剪成单句",
                        f"the recording {name!r} is longer than {LONGEST_FILE_S:g} s; cut it into phrases",
                    )
                )
            taken = np.frombuffer(file.readframes(frames), "<i2").astype(np.float64)
    except (wave.Error, EOFError, ValueError) as error:
        raise _unfit(name, str(error)) from error
    mixed = taken[: len(taken) // channels * channels].reshape(-1, channels).mean(axis=1)
    return _resampled(mixed, rate)


def synthesised(content: bytes) -> Samples:
    """What the synthesiser wrote to a pipe, whose header cannot know the length. Raises NoSound."""
    header, _, data = content.partition(b"data")
    if not header.startswith(b"RIFF") or int.from_bytes(header[24:28], "little") != RATE:
        raise NoSound(
            said(
                f"espeak-ng 给出的不是 {RATE} Hz 的 WAV；请安装 Debian 的 espeak-ng 软件包",
                f"espeak-ng gave no WAV of {RATE} Hz; install Debian's package espeak-ng",
            )
        )
    played = data[4:]
    return np.frombuffer(played[: len(played) // 2 * 2], "<i2").astype(np.int16)


def _resampled(samples: NDArray[np.float64], rate: int) -> Samples:
    """At `RATE`, without what the lower of the two rates cannot hold."""
    count = round(len(samples) * RATE / rate)
    if rate != RATE and count:
        samples = np.fft.irfft(np.fft.rfft(samples), count) * (count / len(samples))
    return np.clip(np.rint(samples), -32_768, 32_767).astype(np.int16)


def _unfit(name: str, found: str) -> NoSound:
    return NoSound(
        said(
            f"录音“{name}”不是可用的 WAV（{found}）；请另存为 16 位 PCM、8–96 kHz、单声道或立体声的 WAV",
            f"the recording {name!r} is no WAV that can be used ({found}); save it as WAV with 16-bit PCM, "
            "8 to 96 kHz, one channel or two",
        )
    )

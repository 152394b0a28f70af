"""The machine's own voice: espeak-ng, a program of the system, run for each text."""

import asyncio
from contextlib import suppress
from typing import Final

from actors.said import said
from business.notifier.speech.sound import NoSound, Samples, synthesised

PROGRAM: Final = "espeak-ng"
DEADLINE_S: Final = 8.0
_MOST_BYTES = 8_000_000
_VOICES: Final = {"zh": "cmn-latn-pinyin", "en": "en-us"}
"""The voice cmn of 1.51 spells some characters' pinyin as English letters."""
_WORDS_A_MINUTE: Final = "150"


async def synthesise(text: str, language: str, program: str = PROGRAM) -> Samples:
    """Of a readable text. Raises NoSound."""
    try:
        process = await asyncio.create_subprocess_exec(
            program, "--stdin", "--stdout", "-b", "1", "-v", _VOICES[language], "-s", _WORDS_A_MINUTE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:
        raise NoSound(
            said(
                f"无法运行 {program}（{error}）；请安装：apt install espeak-ng，或为每句话录音",
                f"{program} cannot be run ({error}); apt install espeak-ng, or record every phrase",
            )
        ) from error
    try:
        async with asyncio.timeout(DEADLINE_S):
            content, complaint = await process.communicate(text.encode())
    except TimeoutError as error:
        raise _failed(program, f"> {DEADLINE_S:g} s") from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode or len(content) > _MOST_BYTES:
        raise _failed(program, f"{process.returncode} {complaint.decode(errors='replace')[:200]}".strip())
    return synthesised(content)


def _failed(program: str, what: str) -> NoSound:
    return NoSound(
        said(
            f"{program} 没有给出语音（{what}）；请在终端运行 {program} 检查安装",
            f"{program} gave no speech ({what}); run it in a terminal to see whether it is installed well",
        )
    )

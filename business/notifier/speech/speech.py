"""A text as the WAV file of its speech: recordings where there are some, the machine's voice for the rest."""

import asyncio
import logging
from collections import OrderedDict
from pathlib import Path
from typing import Final

import numpy as np

from actors.said import in_both
from business.notifier.channels.texts import cut_characters
from business.notifier.speech.espeak import PROGRAM, synthesise
from business.notifier.speech.phrases import Piece, Shelf, cut_up, recorded, shelf
from business.notifier.speech.reading import readable
from business.notifier.speech.sound import NoSound, Samples, silence, wav

logger = logging.getLogger(__name__)

MOST_CHARACTERS: Final = 300
"""Of a text: something over a minute."""
KEPT_BYTES: Final = 32_000_000
_AT_ONCE: Final = 2
"""Runs of the synthesiser."""
_PAUSE_S: Final = 0.2
"""Between parts that nothing but a mark divides."""
_PROBE: Final = {"zh": "试", "en": "test"}


class Speech:
    """On one asyncio loop. What it has said is kept, and forgotten from the oldest on."""

    def __init__(self, folder: Path, *, program: str = PROGRAM, kept_bytes: int = KEPT_BYTES) -> None:
        """`folder` holds what people have recorded; it need not exist."""
        self._folder = folder
        self._program = program
        self._kept_bytes = kept_bytes
        self._kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._told: set[str] = set()

    async def say(self, text: str, language: str) -> bytes:
        """`language` is zh or en. Raises NoSound where nothing can be said; recordings that cannot be used
        are logged once and synthesised."""
        read = readable(cut_characters(text, MOST_CHARACTERS, language), language)
        shelved, pieces = await asyncio.to_thread(self._cut, read, language)
        self._tell(shelved.trouble)
        key = (language, *((one.text, shelved.files.get(one.text.casefold())) for one in pieces))
        if (known := self._kept.get(key)) is not None:
            self._kept.move_to_end(key)
            return known
        parts = [await self._part(piece, language) for piece in pieces]
        made = await asyncio.to_thread(lambda: wav(np.concatenate([silence(_PAUSE_S), *parts])))
        self._keep(key, made)
        return made

    async def check(self) -> None:
        """Whether both languages can be said, and all recordings used. Raises NoSound."""
        for language, text in _PROBE.items():
            found = await asyncio.to_thread(shelf, self._folder, language)
            if found.trouble:
                raise NoSound(found.trouble)
            for path, _, _ in found.files.values():
                await asyncio.to_thread(recorded, path)
            await self._synthesised(text, language)

    def _cut(self, read: str, language: str) -> tuple[Shelf, tuple[Piece, ...]]:
        """On a thread: it reads the folder anew, so that what somebody copies there counts at once."""
        shelved = shelf(self._folder, language)
        return shelved, tuple(cut_up(read, shelved))

    async def _part(self, piece: Piece, language: str) -> Samples:
        if piece.path is not None:
            try:
                return await asyncio.to_thread(recorded, piece.path)
            except NoSound as why:
                self._tell(str(why))
        if not any(character.isalnum() for character in piece.text):
            return silence(_PAUSE_S if piece.text.strip() else 0.0)
        return await self._synthesised(piece.text, language)

    async def _synthesised(self, text: str, language: str) -> Samples:
        async with self._gate:
            return await synthesise(text, language, self._program)

    def _tell(self, trouble: str) -> None:
        if trouble and trouble not in self._told:
            self._told.add(trouble)
            logger.warning("%s", in_both(trouble))

    def _keep(self, key: tuple[object, ...], made: bytes) -> None:
        self._kept[key] = made
        size = sum(map(len, self._kept.values()))
        while size > self._kept_bytes and self._kept:
            size -= len(self._kept.popitem(last=False)[1])

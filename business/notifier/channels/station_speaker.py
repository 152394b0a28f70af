"""What is read out in the control room: by the browsers of one station, or of all.

A message is heard while somebody's page is open there with its sound on; the browser tells when it begins.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final

from pydantic import BaseModel, Field

from actors.messages import SpokenNotice
from actors.said import in_both, said
from business.notifier.channels.port import (
    DEADLINE_S,
    Answer,
    BadAccount,
    BadReceiver,
    Channel,
    ChannelKind,
    Handed,
    House,
    Medium,
    Outgoing,
    Receipt,
    ReceiptKind,
    writing,
)
from business.notifier.speech.sound import NoSound
from config.secrets import Secret
from config.table import Table, Whole, is_id, shown
from config.text import Text

logger = logging.getLogger(__name__)

_SPEECH_S: Final = DEADLINE_S - 3.0
_UNHEARD = said(
    "没有值班台播出：请检查值班台页面是否打开、声音是否开启",
    "no station has played it: see whether its page is open there, with the sound on",
)


class StationSpeakerTable(Table):
    wait_s: Whole = Field(
        20,
        ge=5,
        le=300,
        title="Wait",
        description="seconds within which a browser must begin to read it out; then it has failed",
        json_schema_extra=shown("等待", "须在多少秒内开始播出，否则视为未送达", unit="s"),
    )


class StationSpeaker:
    def __init__(
        self, options: StationSpeakerTable, house: House, *, wall_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._options = options
        self._house = house
        self._wall_ns = wall_ns

    async def hand_over(self, message: Outgoing) -> Handed:
        """A text that cannot be turned into speech here is left to the browser's own voice."""
        if message.to and not is_id(message.to):
            raise BadReceiver(
                said(
                    f"“{message.to}”不是值班台代号；留空表示全部值班台",
                    f"{message.to!r} is no station's id; leave it empty for all stations",
                )
            )
        text = message.text or message.subject
        wav = await self._speech(text, message.language)
        await writing()
        self._house.announce(
            SpokenNotice(message.id, message.to, message.language, text, message.urgent, wav, self._wall_ns())
        )
        return Handed(message.id)

    async def receipts(self, references: Sequence[tuple[str, str, int]]) -> Sequence[Receipt]:
        found = (self._receipt(reference, time_ns) for reference, _, time_ns in references)
        return tuple(one for one in found if one is not None)

    async def answers(self, since_ns: int) -> Sequence[Answer]:
        return ()

    async def check(self) -> None:
        try:
            async with asyncio.timeout(DEADLINE_S):
                await self._house.speech.check()
        except NoSound as why:
            raise BadAccount(str(why)) from why
        except TimeoutError as error:
            raise BadAccount(
                said(
                    f"{DEADLINE_S:g} 秒内未能检查完录音；请减少录音文件",
                    f"the recordings were not read within {DEADLINE_S:g} s; keep fewer of them",
                )
            ) from error

    async def close(self) -> None: ...

    async def _speech(self, text: str, language: str) -> bytes:
        try:
            async with asyncio.timeout(_SPEECH_S):
                return await self._house.speech.say(text, language)
        except (NoSound, TimeoutError) as why:
            logger.warning("a notice is left to the browsers' voices: %s", in_both(str(why)) or "too slow")
            return b""

    def _receipt(self, reference: str, time_ns: int) -> Receipt | None:
        if played_ns := self._house.played_ns(reference):
            return Receipt(reference, ReceiptKind.DELIVERED, played_ns, "")
        now_ns = self._wall_ns()
        if now_ns - time_ns < self._options.wait_s * 1e9:
            return None
        return Receipt(reference, ReceiptKind.FAILED, now_ns, _UNHEARD)


class _StationSpeakerKind:
    name: ClassVar[str] = "station-speaker"
    label: ClassVar[Text] = Text("值班台播报", "Station speaker")
    medium: ClassVar[Medium] = Medium.SPEAKER
    options: ClassVar[type[BaseModel]] = StationSpeakerTable
    secrets: ClassVar[Mapping[str, Text]] = {}
    templated: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True
    """A browser reads each id out once."""
    answered: ClassVar[bool] = False
    most_keys: ClassVar[int] = 0

    def open(self, options: Any, secrets: Mapping[str, Secret], house: House) -> Channel:
        return StationSpeaker(options, house)


KIND: ChannelKind = _StationSpeakerKind()

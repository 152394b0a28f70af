"""What every channel over HTTP owes, whoever its provider is."""

from pathlib import Path

import pytest

from business.notifier.channels.port import (
    BadAccount,
    Channel,
    House,
    Outgoing,
    TryLater,
    Unclear,
    on_writing,
)
from business.notifier.speech.speech import Speech
from tests.business.notifier.channels.provider import Mood, Provider

HOUSE = House(announce=lambda _notice: None, played_ns=lambda _id: 0, speech=Speech(Path("/nowhere")))
"""Nobody hears it."""


async def owes(channel: Channel, provider: Provider, message: Outgoing) -> None:
    """The three ways in which a provider fails are told apart, and the channel works on after each."""
    provider.mood = Mood.BROKEN
    with pytest.raises(TryLater):
        await channel.hand_over(message)
    for mood in (Mood.CLOSES, Mood.RUBBISH):
        provider.mood = mood
        with pytest.raises(Unclear):
            await channel.hand_over(message)
    provider.mood = Mood.WELL
    written = _noted()
    await channel.hand_over(message)
    assert written, "it says so before it writes what may take effect"
    written.clear()
    await channel.check()
    assert not written, "a question changes nothing"


async def nobody_there(channel: Channel, message: Outgoing) -> None:
    """A channel whose provider's port is closed."""
    written = _noted()
    with pytest.raises(TryLater):
        await channel.hand_over(message)
    with pytest.raises((TryLater, BadAccount)):
        await channel.check()
    assert not written, "nothing has left"


def _noted() -> list[str]:
    """What this task says of its writing from now on."""
    found: list[str] = []

    async def note() -> None:
        found.append("writing")

    on_writing(note)
    return found

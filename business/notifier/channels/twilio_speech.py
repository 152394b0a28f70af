"""What a called person hears, and how keys are asked for, in TwiML: https://www.twilio.com/docs/voice/twiml."""

from dataclasses import dataclass
from typing import Final

from business.notifier.channels.texts import fitted
from config.text import Text

MOST_CHARACTERS: Final = 4000
"""Of TwiML within a request: error 32018."""
KEYS: Final = 16
"""A PIN, where the site asks for one, and the key after it. # ends them, or some seconds of silence."""
_SILENCE_S: Final = 5
_ASK = Text(
    "确认请按 1，转交请按 2，重听请按 3，然后按井号键。",
    "Press 1 to acknowledge, 2 to pass on, 3 to hear it again, and then the hash key.",
)
_ELSEWHERE = Text("请通过短信或处理页面答复。", "Please answer by text message or on the page.")
_NONE = Text("没有收到按键，再见。", "No key was pressed. Goodbye.")
_TAKEN = Text("已收到，再见。", "Received. Goodbye.")


@dataclass(frozen=True, slots=True)
class Voices:
    """By Twilio's names."""

    zh: str = "Polly.Zhiyu"
    en: str = "Polly.Joanna"


def speech(
    text: str, language: str, voices: Voices, *, keys_url: str = "", wants_answer: bool = False
) -> str:
    """The text, twice; `keys_url` is where the keys go that are asked for, '' to ask for none.

    The answer to 3 at `keys_url` is the same again.
    """

    def build(text: str) -> str:
        from twilio.twiml.voice_response import VoiceResponse  # Not needed where nobody is called.

        response = VoiceResponse()
        response.pause(length=1)  # Until the phone is at the ear.
        if keys_url:
            asked = response.gather(
                input="dtmf",
                action=keys_url,
                method="POST",
                num_digits=KEYS,
                finish_on_key="#",
                timeout=_SILENCE_S,
            )
            asked.say(f"{text} {_ASK.in_language(language)}", loop=2, **_how(language, voices))
            response.say(_NONE.in_language(language), **_how(language, voices))
        else:
            ends = f" {_ELSEWHERE.in_language(language)}" if wants_answer else ""
            response.say(f"{text}{ends}", loop=2, **_how(language, voices))
        return str(response)

    # XML has no place for most control characters.
    spoken = "".join(max(one, " ") for one in text)
    return fitted(build, spoken, MOST_CHARACTERS, language)


def farewell(language: str, voices: Voices) -> str:
    """After a key was taken."""
    from twilio.twiml.voice_response import VoiceResponse

    response = VoiceResponse()
    response.say(_TAKEN.in_language(language), **_how(language, voices))
    return str(response)


def _how(language: str, voices: Voices) -> dict[str, str]:
    if language == "en":
        return {"language": "en-US", "voice": voices.en}
    return {"language": "zh-CN", "voice": voices.zh}

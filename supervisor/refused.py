"""What a command of `steward` cannot do, said in the language of its terminal."""

from config.text import Text


class Refused(Exception):
    """What was asked for cannot be; says why in one line."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.why = Text(zh, en)

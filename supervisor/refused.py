"""What a command of `steward` cannot do, said in the language of its terminal."""

from config.text import Explained


class Refused(Explained):
    """What was asked for cannot be; says why in one line."""

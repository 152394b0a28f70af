"""What is wrong with a payload, in words that can be counted."""


class Malformed(Exception):
    """The payload is not what it should be; its text is the reason, one of a few."""

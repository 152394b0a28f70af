"""What the OpenAPI document says in both languages."""

from config.text import Text


def both(text: Text) -> str:
    """A summary, such as the label of a command."""
    return f"{text.zh} · {text.en}"

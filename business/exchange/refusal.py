"""How a whole file or table is refused, in both languages."""

from actors.said import said


class FileRefused(ValueError):
    """A file that cannot be read, or a table that cannot be written; says why and what to do instead."""


def refused(zh: str, en: str) -> FileRefused:
    return FileRefused(said(zh, en))

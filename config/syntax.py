"""Why a file is no TOML: the place, and characters of a Chinese keyboard that stand where ASCII belongs."""

import re
import unicodedata

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*')
_PUNCTUATION = {"“": '"', "”": '"', "‘": "'", "’": "'", "【": "[", "】": "]", "、": ",", "—": "-"}


def line_of(error: Exception) -> int | None:
    """The line, counted from 1, that an error of tomllib names."""
    found = re.search(r"\(at line (\d+)", str(error))
    return int(found[1]) if found else None


def typed_wide(text: str, line: int | None) -> tuple[str, str]:
    """In Chinese and English, what to write instead of the first character in the line that TOML knows only
    within quotes; empty where there is none."""
    lines = text.split("\n")
    bare = _QUOTED.sub("", lines[line - 1]) if line and line <= len(lines) else ""
    open_from = re.search("[\"']", bare)  # behind a quote that nothing closes all is text
    bare = bare[: open_from.start()] if open_from else bare
    if not (wide := next((one for one in bare if not one.isascii()), "")):
        return "", ""
    plain = _PUNCTUATION.get(wide, unicodedata.normalize("NFKC", wide))
    shown = f"{wide!r} (U+{ord(wide):04X})"
    zh, en = (f"，改成半角的 {plain!r}", f"; write {plain!r}") if plain.isascii() else ("", "")
    return f"{shown} 只能写在引号里{zh}", f"{shown} may only stand within quotes{en}"


def encoding_of(content: bytes) -> str:
    """What a text that is not UTF-8 seems to be; '' where nobody can tell."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return "GBK (GB 18030)"

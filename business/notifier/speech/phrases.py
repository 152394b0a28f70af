"""What people have recorded: `phrases/LANGUAGE/*.wav`, each named by what is said in it.

`phrases/zh/高高报警.wav` says 高高报警. Where a file's name cannot be the text (too long, or with a /), a
file of the same name that ends in .txt says it. The longest phrase that fits is taken.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from actors.said import said
from business.notifier.speech.reading import readable
from business.notifier.speech.sound import NoSound, Samples, samples_of

MOST_FILES: Final = 5_000
MOST_BYTES: Final = 12_000_000
"""Of a file."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The recordings of one language as they lie there now, by text as it is said, in small letters."""

    files: Mapping[str, tuple[Path, int, int]]
    """With time of change and size, so that a file that was exchanged is another."""
    trouble: str = ""
    """Why there are none or not all, said in both languages."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: recorded, or without a recording."""

    text: str
    path: Path | None = None


def shelf(folder: Path, language: str) -> Shelf:
    """Reads the folder; that there is none is no trouble."""
    found: dict[str, tuple[Path, int, int]] = {}
    try:
        paths = sorted((folder / language).glob("*.wav")) if folder.exists() else []
        for path in paths[:MOST_FILES]:
            known = path.stat()
            beside = path.with_suffix(".txt")
            text = beside.read_text("utf-8-sig") if beside.exists() else path.stem
            if phrase := readable(text, language).casefold():
                found[phrase] = (path, known.st_mtime_ns, known.st_size)
    except (OSError, UnicodeDecodeError) as error:
        return Shelf(
            {},
            said(
                f"录音文件夹 {folder} 无法读取（{error}）；请检查权限，.txt 须为 UTF-8；在此之前用合成语音",
                f"the folder of recordings {folder} cannot be read ({error}); check permissions, and that "
                "each .txt is UTF-8; until then all is synthesised",
            ),
        )
    if len(paths) > MOST_FILES:
        return Shelf(
            found,
            said(
                f"{folder / language} 有 {len(paths)} 个录音，只用前 {MOST_FILES} 个；请删去不用的",
                f"{folder / language} has {len(paths)} recordings, and {MOST_FILES} are used; remove some",
            ),
        )
    return Shelf(found)


def cut_up(text: str, shelf: Shelf) -> Iterator[Piece]:
    """The parts of a readable text in their order, from the left the longest phrases that fit."""
    plain = text.casefold()
    if len(plain) != len(text):  # a letter that is two in small: places would not agree
        plain = text.lower()
    longest: dict[str, list[str]] = {}
    for phrase in sorted(shelf.files, key=len, reverse=True):
        longest.setdefault(phrase[0], []).append(phrase)
    begun = at = 0
    while at < len(plain):
        phrase = next((one for one in longest.get(plain[at], ()) if _fits(plain, at, one)), "")
        if not phrase:
            at += 1
            continue
        if begun < at:
            yield Piece(text[begun:at])
        yield Piece(text[at : at + len(phrase)], shelf.files[phrase][0])
        begun = at = at + len(phrase)
    if begun < len(text):
        yield Piece(text[begun:])


def recorded(path: Path) -> Samples:
    """Raises NoSound."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NoSound(
            said(
                f"录音 {path} 无法读取（{error}）；请检查文件权限",
                f"the recording {path} cannot be read ({error}); check its permissions",
            )
        ) from error
    if len(content) > MOST_BYTES:
        raise NoSound(
            said(
                f"录音 {path} 超过 {MOST_BYTES} 字节；请剪短",
                f"the recording {path} is over {MOST_BYTES} bytes; cut it short",
            )
        )
    return samples_of(content, path.name)


def _fits(text: str, at: int, phrase: str) -> bool:
    """Whether it stands there, not as a part of a longer Latin word or number."""
    end = at + len(phrase)
    return text.startswith(phrase, at) and not _joined(text, at) and not _joined(text, end)


def _joined(text: str, at: int) -> bool:
    return 0 < at < len(text) and all(one.isascii() and one.isalnum() for one in text[at - 1 : at + 1])

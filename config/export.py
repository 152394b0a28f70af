"""Writes documents as TOML: into the files of a site, and as the lines in which versions are compared."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from tomllib import TOMLDecodeError, loads
from typing import Any

from config.entries import Documents
from config.load import site_files

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml(table: Mapping[str, Any]) -> str:
    """The table as TOML text. Comments are not part of a document and so are not kept."""
    return "\n".join(_lines(table, ())).strip("\n") + "\n" if table else ""


def export(documents: Documents, directory: Path) -> list[Path]:
    """Makes the files of the site at `directory` say what `documents` say; returns those it changed.

    A file that says so already is left as it is, with its comments; one that the documents lack is removed.
    """
    changed = []
    for name, file in site_files(directory).items():
        if name not in documents:
            file.unlink()
            changed.append(file)
    for name, table in documents.items():
        file = directory / name
        if not file.resolve().is_relative_to(directory.resolve()):
            raise ValueError(f"document {name!r} lies outside the site {str(directory)!r}")
        if not _says(file, table):
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_name(f".{file.name}.draft")
            draft.write_text(toml(table), "utf-8")
            draft.replace(file)
            changed.append(file)
    return changed


def difference(old: Documents, new: Documents, old_name: str, new_name: str) -> str:
    """What `new` says differently, as a unified diff of TOML lines."""
    lines: list[str] = []
    for name in sorted({*old, *new}):
        before, after = toml(old.get(name, {})), toml(new.get(name, {}))
        lines += unified_diff(
            before.splitlines(),
            after.splitlines(),
            f"{name} ({old_name})",
            f"{name} ({new_name})",
            lineterm="",
        )
    return "\n".join(lines)


def _says(file: Path, table: Mapping[str, Any]) -> bool:
    try:
        return loads(file.read_text("utf-8-sig")) == table
    except (FileNotFoundError, UnicodeDecodeError, TOMLDecodeError):
        return False


def _lines(table: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[str]:
    """Plain values first, then the tables in it; small tables stay on their line."""
    below = {key: value for key, value in table.items() if _is_section(value, len(keys))}
    for key, value in table.items():
        if key not in below:
            yield f"{_key(key)} = {inline(value)}"
    for key, value in below.items():
        header = ".".join(map(_key, (*keys, key)))
        for one in value if isinstance(value, list) else [value]:
            bare = isinstance(one, dict) and one and all(_is_section(v, len(keys) + 1) for v in one.values())
            if isinstance(value, list):
                yield f"\n[[{header}]]"
            elif not bare:
                yield f"\n[{header}]"
            yield from _lines(one, (*keys, key))


def _is_section(value: object, depth: int) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, dict) for one in value)
    if isinstance(value, dict):
        return depth == 0 or any(_is_section(inner, depth + 1) for inner in value.values())
    return False


def inline(value: object) -> str:
    """A value as it stands behind its key."""
    match value:
        case bool():
            return str(value).lower()
        case float() if not math.isfinite(value):
            return str(value)
        case int() | float():
            return repr(value)
        case str():
            return _text(value)
        case list():
            return f"[{', '.join(map(inline, value))}]"
        case dict():
            inner = ", ".join(f"{_key(key)} = {inline(one)}" for key, one in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case _:
            raise TypeError(f"{value!r} of type {type(value).__name__} cannot be written as TOML")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    """JSON's escapes are TOML's, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

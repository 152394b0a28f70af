"""Changes a site's documents as a screen does: single settings, or a file as text; tells differences."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config import syntax
from config.entries import Documents
from config.export import toml
from config.load import jsonable
from config.problems import Key, Problems, Where, dotted

SITE_FILE = "site.toml"


@dataclass(frozen=True, slots=True)
class Edit:
    keys: tuple[Key, ...]
    value: Any
    """What a document can hold; None takes the key out, so that its default counts."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two versions say differently."""

    file: str
    keys: tuple[Key, ...]
    before: Any
    """None where there was nothing."""
    after: Any

    @property
    def path(self) -> str:
        return dotted(self.keys)


def tables_of(documents: Documents) -> dict[str, Any]:
    """[site] and [settings], in whichever file they stand."""
    return {
        key: content
        for tables in documents.values()
        for key, content in tables.items()
        if key in ("site", "settings") and isinstance(content, dict)
    }


def edited(documents: Documents, edits: Iterable[Edit]) -> dict[str, Any]:
    """The documents with some settings changed; a table that is not there is made in the file of [site]."""
    result = {file: dict(tables) for file, tables in documents.items()}
    for edit in edits:
        root = str(edit.keys[0])
        file = _file_of(documents, root)
        result.setdefault(file, {})
        result[file][root] = with_value(result[file].get(root), edit.keys[1:], edit.value)
    for tables in result.values():
        for root in ("site", "settings"):
            if root in tables:
                tables[root] = without_blanks(tables[root])
    return result


def _file_of(documents: Documents, root: str) -> str:
    for key in (root, "site"):
        for file, tables in documents.items():
            if key in tables:
                return file
    return SITE_FILE


def with_value(around: Any, keys: tuple[Key, ...], value: Any) -> Any:
    """A table or list with one value in it changed; None takes it out."""
    if not keys:
        return value
    key = keys[0]
    if isinstance(key, int):
        rows = list(around) if isinstance(around, list) else []
        rows += [{}] * (key + 1 - len(rows))
        rows[key] = with_value(rows[key], keys[1:], value)
        return rows
    table = dict(around) if isinstance(around, dict) else {}
    inner = with_value(table.get(key), keys[1:], value)
    if inner is None or inner == {}:
        table.pop(key, None)
    else:
        table[key] = inner
    return table


def without_blanks(value: Any) -> Any:
    """Rows that nothing was entered into are none."""
    match value:
        case dict():
            return {key: without_blanks(inner) for key, inner in value.items()}
        case list():
            return [without_blanks(one) for one in value if one != {}]
        case _:
            return value


def read_text(file: str, text: str, problems: Problems) -> dict[str, Any] | None:
    """One file as a person has edited it; None after what is wrong with it was added to `problems`."""
    try:
        read: dict[str, Any] = jsonable(tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        zh, en = syntax.typed_wide(text, syntax.line_of(error))
        problems.add(
            Where(file),
            None,
            f"TOML syntax: {error}",
            en or "Correct it there",
            zh=f"TOML 语法错误：{error}{f'；{zh}' if zh else ''}",
        )
        return None
    return read


def as_text(documents: Documents, file: str) -> str:
    return toml(documents.get(file, {}))


def differences(old: Documents, new: Documents) -> Iterator[Difference]:
    """In the order of files and keys; entries of lists are matched by their ids."""
    for file in sorted({*old, *new}):
        yield from _differ(file, (), old.get(file), new.get(file))


def _differ(file: str, keys: tuple[Key, ...], old: Any, new: Any) -> Iterator[Difference]:
    if old == new:
        return
    if not keys or keys[0] in ("site", "settings"):  # each setting is told by itself
        old = {} if old is None and isinstance(new, Mapping) else old
        new = {} if new is None and isinstance(old, Mapping) else new
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from _differ(file, (*keys, key), old.get(key), new.get(key))
    elif (before := _by_id(old)) is not None and (after := _by_id(new)) is not None:
        for key in dict.fromkeys((*before, *after)):
            yield from _differ(file, (*keys, key), before.get(key), after.get(key))
    else:
        yield Difference(file, keys, old, new)


def _by_id(rows: Any) -> dict[str, Any] | None:
    """A list of tables by what names each; None for any other value."""
    if rows is None:
        return {}
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        return None
    named = {_named(one): one for one in rows}
    return named if len(named) == len(rows) else {str(at): one for at, one in enumerate(rows)}


def _named(row: Mapping[str, Any]) -> str:
    """An alarm of a device goes by its full name; what has an id by that."""
    if "id" not in row and "device" in row and "name" in row:
        return f"{row['device']}/{row.get('point', '')}/{row['name']}"
    return str(row.get("id") or row.get("name") or row.get("kind"))

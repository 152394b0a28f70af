"""One of several: yes or no, a fixed set, the entries of a dictionary, another record."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from sqlalchemy import BigInteger, Boolean, String

from business.fields.field_type import FieldError, FieldType
from business.fields.written import as_text, narrow, wrong
from config.text import Text

KEY_LENGTH = 64
LISTED = 12
"""Allowed values that an error lists."""
_FLAGS = {
    **dict.fromkeys(("是", "有", "对", "√", "✓", "✔", "☑", "yes", "y", "true", "1", "1.0"), True),
    **dict.fromkeys(("否", "无", "错", "×", "✗", "✘", "☐", "no", "n", "false", "0", "0.0"), False),
}
_SHOWN = {"zh": ("否", "是"), "en": ("no", "yes")}


def boolean() -> FieldType[bool]:
    def parse(value: object) -> bool:
        if isinstance(value, bool):
            return value
        found = _FLAGS.get(narrow(value).lower())
        if found is None:
            raise wrong(
                as_text(value), "不是“是”或“否”；请填写 是 或 否", "is neither yes nor no: write yes or no"
            )
        return found

    return FieldType(
        "boolean", Text("是否", "Yes or no"), Boolean, parse, lambda v, language: _SHOWN[language][v]
    )


def choice(options: Mapping[str, Text]) -> FieldType[str]:
    """One key of a fixed set; written as the key or as a label in either language."""
    options = dict(options)
    names = _names(options)

    def parse(value: object) -> str:
        return _key(value, options, names)

    def show(key: str, language: str) -> str:
        return _label(key, language, options, names)

    return FieldType("choice", Text("选项", "Choice"), lambda: String(KEY_LENGTH), parse, show)


Entries = Callable[[str], Mapping[str, Text]]
"""The labels of a dictionary, by code; asked at every value, and no mapping is changed in place."""


def dictionary(name: str, entries: Entries, retired: Entries | None = None) -> FieldType[str]:
    """One entry of the dictionary `name`. `entries` gives those in use now, which alone are read; `retired`
    those that are still shown. A code gone from both is shown as it is."""
    known: tuple[Mapping[str, Text], Mapping[str, str]] = ({}, {})

    def names() -> tuple[Mapping[str, Text], Mapping[str, str]]:
        nonlocal known
        current = entries(name)
        if current is not known[0]:
            known = (current, _names(current))
        return known

    def parse(value: object) -> str:
        options, found = names()
        return _key(value, options, found)

    def show(key: str, language: str) -> str:
        options, found = names()
        if retired is not None and key not in options:
            old = retired(name).get(key)
            return key if old is None else old.in_language(language)
        return _label(key, language, options, found)

    return FieldType(
        "dictionary", Text("字典项", "Dictionary entry"), lambda: String(KEY_LENGTH), parse, show
    )


class Directory(Protocol):
    """Where the records are found that a reference points to."""

    def find(self, text: str) -> Sequence[int]:
        """The ids of those that are so called."""

    def title(self, record: int, language: str) -> str | None:
        """What it is called; None when there is none of that id."""


def reference(entity: Text, directory: Directory) -> FieldType[int]:
    """Another record, by its id; written as its title, or as '#' and the id."""

    def parse(value: object) -> int:
        if type(value) is int:
            return _existing(value)
        text = as_text(value).strip()
        found = directory.find(text)
        if len(found) == 1:
            return found[0]
        _, mark, number = text.rpartition("#")
        if mark and number.isascii() and number.isdecimal() and len(number) <= KEY_LENGTH // 4:
            return _existing(int(number))
        if found:
            named = "、".join(f"#{one}" for one in found[:LISTED])
            raise wrong(
                text,
                f"对应 {len(found)} 个{entity.zh}；请写明编号：{named}",
                f"is the name of {len(found)} of {entity.en}: write which by its number: {named}",
            )
        raise _nothing(text)

    def show(record: int, language: str) -> str:
        title = directory.title(record, language)
        if title is None:
            return f"#{record}"
        return title if [*directory.find(title)] == [record] else f"{title} #{record}"

    def _existing(record: int) -> int:
        if directory.title(record, "zh") is None:
            raise _nothing(f"#{record}")
        return record

    def _nothing(text: str) -> FieldError:
        return wrong(
            text,
            f"不是已有的{entity.zh}；请先登记，或核对名称",
            f"is the name of no {entity.en}: enter it first, or check the name",
        )

    return FieldType("reference", Text("关联记录", "Reference"), BigInteger, parse, show)


def _names(options: Mapping[str, Text]) -> dict[str, str]:
    """Key by everything it may be written as. Keys go before labels; a label of two is none's."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for key, label in options.items():
        for written in {label.zh.casefold(), label.en.casefold()}:
            if found.setdefault(written, key) != key:
                twice.add(written)
    for written in twice:
        del found[written]
    return {**found, **{key.casefold(): key for key in options}}


def _label(key: str, language: str, options: Mapping[str, Text], names: Mapping[str, str]) -> str:
    """The key itself where it is gone, or another one is called the same."""
    label = options[key].in_language(language) if key in options else key
    return label if names.get(label.casefold()) == key else key


def _key(value: object, options: Mapping[str, Text], names: Mapping[str, str]) -> str:
    if isinstance(value, str) and value in options:
        return value
    text = as_text(value).strip()
    found = names.get(text.casefold()) or names.get(narrow(text).casefold())
    if found is None:
        zh = "、".join(label.zh for label in list(options.values())[:LISTED])
        en = ", ".join(label.en for label in list(options.values())[:LISTED])
        more = len(options) > LISTED
        raise wrong(
            text,
            f"不在可选值中；请填写：{zh}{' 等' if more else ''}",
            f"is none of the choices: write {en}{' or another' if more else ''}",
        )
    return found

"""What the commands of dictionaries do, each in one transaction."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business import wording
from business.dictionaries.messages import (
    AddShippedEntries,
    ChangeDictionaryEntry,
    CreateDictionary,
    CreateDictionaryEntry,
    DictionaryChanged,
    DisableDictionaryEntry,
    EnableDictionaryEntry,
    MoveDictionaryEntry,
    RelabelDictionary,
    RemoveDictionary,
    RemoveDictionaryEntry,
)
from business.dictionaries.model import Colour, Dictionary, DictionaryEntry, DictionaryMark
from business.dictionaries.seed import SEED, Shipped
from business.gate import Refused

MOST_ENTRIES = 2000
"""Of one dictionary: it is a list to choose from, and read as a whole."""
DEEPEST = 8
"""Levels of the deepest tree."""

Uses = Callable[[Session, str, str], int]
"""How many records of a module hold that code of that dictionary."""


class Dictionaries:
    """The module of `BusinessActor` that owns dictionaries."""

    def __init__(self, uses: Iterable[Uses] = (), seed: Sequence[Shipped] = SEED) -> None:
        """`uses` are asked before anything is removed, and together know all records that hold codes."""
        self._uses = tuple(uses)
        self._seed = seed

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case CreateDictionary():
                changed = self._create(session, command)
            case RelabelDictionary():
                changed = _existing(session, command.dictionary)
                _relabel(changed, command)
            case RemoveDictionary():
                changed = self._remove_dictionary(session, command)
                return (DictionaryChanged(changed.name),)
            case CreateDictionaryEntry():
                changed = self._create_entry(session, command)
            case AddShippedEntries():
                return tuple(DictionaryChanged(one.name) for one in self._seed if _ship(session, one))
            case _:
                changed = _existing(session, command.dictionary)
                self._entry(session, _entry(session, command.dictionary, command.code), command)
        _mark(session, changed.name)
        return (DictionaryChanged(changed.name),)

    def _entry(self, session: Session, entry: DictionaryEntry, command: Any) -> None:
        match command:
            case ChangeDictionaryEntry():
                _set(session, entry, command)
            case MoveDictionaryEntry():
                _move(session, entry, command.before)
            case DisableDictionaryEntry():
                entry.disabled = True
            case EnableDictionaryEntry():
                entry.disabled = False
            case RemoveDictionaryEntry():
                self._check_removable(session, entry)
                session.delete(entry)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of dictionaries")

    def _create(self, session: Session, command: CreateDictionary) -> Dictionary:
        name = wording.code(command.dictionary, wording.CODE)
        taken = session.scalar(
            select(Dictionary.name).where(func.lower(Dictionary.name) == name.lower()).limit(1)
        )
        if taken is not None:
            raise Refused(
                said(
                    f"已有字典“{taken}”；请换一个代码",
                    f"there is a dictionary {taken!r}; choose another code",
                )
            )
        dictionary = Dictionary(name=name, built_in=False)
        _relabel(dictionary, command)
        session.add(dictionary)
        session.flush()
        return dictionary

    def _remove_dictionary(self, session: Session, command: RemoveDictionary) -> Dictionary:
        dictionary = _existing(session, command.dictionary)
        if dictionary.built_in:
            raise Refused(
                said(
                    f"字典“{dictionary.label_zh}”随软件提供，不能删除；可以停用不需要的项",
                    f"dictionary {dictionary.name!r} came with the program and stays; "
                    "disable the entries that are not needed",
                )
            )
        entries = _entries(session, dictionary.name)
        for entry in entries:
            self._check_unused(session, entry)
        for one in (*entries, session.get(DictionaryMark, dictionary.name)):
            if one is not None:
                session.delete(one)
        session.flush()
        session.delete(dictionary)
        return dictionary

    def _create_entry(self, session: Session, command: CreateDictionaryEntry) -> Dictionary:
        dictionary = _existing(session, command.dictionary)
        code = wording.code(command.code, wording.CODE)
        entries = _entries(session, dictionary.name)
        if len(entries) >= MOST_ENTRIES:
            raise Refused(
                said(
                    f"字典“{dictionary.label_zh}”已有 {len(entries)} 项，最多 {MOST_ENTRIES} 项；"
                    "请先删除不用的项",
                    f"dictionary {dictionary.name!r} has {len(entries)} entries, at most {MOST_ENTRIES}; "
                    "remove some first",
                )
            )
        taken = next((one for one in entries if one.code.casefold() == code.casefold()), None)
        if taken is not None:
            raise Refused(
                said(
                    f"字典“{dictionary.label_zh}”已有代码“{taken.code}”（{taken.label_zh}）；请换一个代码",
                    f"dictionary {dictionary.name!r} has {taken.code!r} ({taken.label_en}) already; "
                    "choose another code",
                )
            )
        entry = DictionaryEntry(dictionary=dictionary.name, code=code, disabled=False, built_in=False)
        _set(session, entry, command)
        session.add(entry)
        return dictionary

    def _check_removable(self, session: Session, entry: DictionaryEntry) -> None:
        if entry.built_in:
            raise Refused(
                said(
                    f"“{entry.label_zh}”随软件提供，不能删除；请停用它",
                    f"{entry.label_en!r} came with the program and stays; disable it instead",
                )
            )
        below = [one for one in _entries(session, entry.dictionary) if one.parent == entry.code]
        if below:
            raise Refused(
                said(
                    f"“{entry.label_zh}”下面还有 {len(below)} 项；请先删除或移走它们",
                    f"{entry.label_en!r} has {len(below)} entries below it; remove or move them first",
                )
            )
        self._check_unused(session, entry)

    def _check_unused(self, session: Session, entry: DictionaryEntry) -> None:
        if used := sum(uses(session, entry.dictionary, entry.code) for uses in self._uses):
            raise Refused(
                said(
                    f"“{entry.label_zh}”已被 {used} 条记录使用，不能删除；请停用它",
                    f"{entry.label_en!r} is used by {used} records and stays; disable it instead",
                )
            )


def _existing(session: Session, name: str) -> Dictionary:
    dictionary = session.get(Dictionary, name)
    if dictionary is None:
        raise Refused(
            said(f"没有字典“{name}”；请刷新页面", f"there is no dictionary {name!r}; reload the page")
        )
    return dictionary


def _entries(session: Session, dictionary: str) -> Sequence[DictionaryEntry]:
    return session.scalars(
        select(DictionaryEntry)
        .where(DictionaryEntry.dictionary == dictionary)
        .order_by(DictionaryEntry.position, DictionaryEntry.id)
    ).all()


def _entry(session: Session, dictionary: str, code: str) -> DictionaryEntry:
    entry = session.scalar(
        select(DictionaryEntry).where(DictionaryEntry.dictionary == dictionary, DictionaryEntry.code == code)
    )
    if entry is None:
        raise Refused(
            said(
                f"字典“{dictionary}”没有代码“{code}”；请刷新页面",
                f"dictionary {dictionary!r} has no entry {code!r}; reload the page",
            )
        )
    return entry


def _relabel(dictionary: Dictionary, command: CreateDictionary | RelabelDictionary) -> None:
    dictionary.label_zh = wording.name(command.label_zh, wording.ZH)
    dictionary.label_en = wording.name(command.label_en, wording.EN)


def _set(
    session: Session, entry: DictionaryEntry, command: CreateDictionaryEntry | ChangeDictionaryEntry
) -> None:
    if command.colour not in list(Colour):
        known = "、".join(filter(None, Colour))
        raise Refused(
            said(
                f"没有颜色“{command.colour}”；可用：{known}",
                f"there is no colour {command.colour!r}; there are {known}",
            )
        )
    others = [one for one in _entries(session, entry.dictionary) if one.code != entry.code]
    _check_place(entry, command.parent, {one.code: one.parent for one in others})
    entry.label_zh = wording.name(command.label_zh, wording.ZH)
    entry.label_en = wording.name(command.label_en, wording.EN)
    entry.colour = command.colour
    if entry.parent != command.parent or entry.position is None:
        siblings = [one.position for one in others if one.parent == command.parent]
        entry.parent, entry.position = command.parent, max(siblings, default=-1) + 1


def _check_place(entry: DictionaryEntry, parent: str, parents: dict[str, str]) -> None:
    """`parents` are those of all other entries: whoever comes up to `entry` finds it missing."""
    depth, above = 1, parent
    while above:
        if above == entry.code:
            raise Refused(
                said(
                    f"“{entry.code}”不能放在自己或自己的下级之下；请另选上级",
                    f"{entry.code!r} cannot stand below itself; choose another entry above it",
                )
            )
        if above not in parents:
            raise Refused(
                said(f"上级“{above}”不存在；请刷新页面", f"there is no entry {above!r}; reload the page")
            )
        depth, above = depth + 1, parents[above]
    below = _height(entry.code, parents) if entry.code in parents.values() else 0
    if depth + below > DEEPEST:
        raise Refused(
            said(
                f"“{entry.code}”将处于第 {depth + below} 层，最多 {DEEPEST} 层；请放高一些",
                f"{entry.code!r} would reach level {depth + below}, at most {DEEPEST}; place it higher",
            )
        )


def _height(code: str, parents: dict[str, str]) -> int:
    """Levels below an entry."""
    levels, level = 0, {code}
    while level := {one for one, parent in parents.items() if parent in level}:
        levels += 1
    return levels


def _move(session: Session, entry: DictionaryEntry, before: str) -> None:
    siblings = [
        one
        for one in _entries(session, entry.dictionary)
        if one.parent == entry.parent and one.code != entry.code
    ]
    codes = [one.code for one in siblings]
    if before and before not in codes:
        raise Refused(
            said(
                f"“{before}”不是“{entry.code}”的同级项；请刷新页面",
                f"{before!r} is no sibling of {entry.code!r}; reload the page",
            )
        )
    siblings.insert(codes.index(before) if before else len(codes), entry)
    for position, one in enumerate(siblings):
        one.position = position


def _ship(session: Session, shipped: Shipped) -> bool:
    """Add what is missing; whether anything was."""
    dictionary = session.get(Dictionary, shipped.name)
    if dictionary is None:
        dictionary = Dictionary(name=shipped.name, label_zh=shipped.label.zh, label_en=shipped.label.en)
        session.add(dictionary)
    fresh = not dictionary.built_in
    dictionary.built_in = True
    session.flush()
    there = {one.code: one for one in _entries(session, shipped.name)}
    for one in shipped.entries:
        if one.code in there:
            continue
        siblings = [other.position for other in there.values() if other.parent == one.parent]
        there[one.code] = DictionaryEntry(
            dictionary=shipped.name,
            code=one.code,
            label_zh=one.label.zh,
            label_en=one.label.en,
            parent=one.parent,
            position=max(siblings, default=-1) + 1,
            colour=one.colour,
            disabled=False,
            built_in=True,
        )
        session.add(there[one.code])
        fresh = True
    if fresh:
        _mark(session, shipped.name)
    return fresh


def _mark(session: Session, dictionary: str) -> None:
    row = session.get(DictionaryMark, dictionary)
    if row is None:
        session.add(DictionaryMark(dictionary=dictionary, mark=secrets.token_hex(8)))
    else:
        row.mark = secrets.token_hex(8)

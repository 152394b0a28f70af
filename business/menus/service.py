"""What the commands of menus do, each in one transaction."""

import secrets
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business import wording
from business.gate import Refused
from business.menus.arranging import LOOSE, MENU_PAGE
from business.menus.links import checked_link
from business.menus.messages import (
    AddMenuLink,
    ChangeMenuEntry,
    CreateMenuSection,
    MenuChanged,
    OrderMenu,
    OrderMenuSections,
    RelabelMenuSection,
    ResetMenuEntry,
    ResetMenuSection,
)
from business.menus.model import SECTION_LENGTH, MenuEntry, MenuSection
from config.text import Text

MOST_ENTRIES = 300
"""Entries, and sections."""
OWN = "own-"
"""What the names of own sections begin with, so that none is ever one of the program's."""
_SECTION = Text("菜单分组", "the menu section")


class Menus:
    """The module of `BusinessActor` that owns the menu."""

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case ChangeMenuEntry():
                _change(session, command)
            case AddMenuLink():
                _add_link(session, command)
            case ResetMenuEntry():
                session.delete(_existing_entry(session, command.path))
            case OrderMenu():
                _check_order(command.paths)
                for position, path in enumerate(command.paths):
                    entry = session.get(MenuEntry, path) or _new_entry(session, checked_link(path), own=False)
                    entry.position = position
            case CreateMenuSection():
                section = _new_section(session, OWN + secrets.token_hex(6), own=True)
                _relabel(section, command)
            case RelabelMenuSection():
                _relabel(_section(session, command.section), command)
            case OrderMenuSections():
                _check_order(command.sections)
                for position, name in enumerate(command.sections):
                    _section(session, name).position = position
            case ResetMenuSection():
                _reset_section(session, command.section)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of menus")
        return (MenuChanged(),)


# -- entries


def _change(session: Session, command: ChangeMenuEntry) -> None:
    path = checked_link(command.path)
    if path == MENU_PAGE and (command.hidden or command.roles):
        raise Refused(
            said(
                "菜单管理页不能隐藏，也不能限定角色，否则无人能改回来；请保持可见",
                "the page of the menu is neither hidden nor kept for some roles, "
                "or nobody could change it back; leave it visible",
            )
        )
    entry = session.get(MenuEntry, path) or _new_entry(session, path, own=False)
    if entry.own and not (command.label_zh.strip() and command.label_en.strip()):
        raise Refused(
            said(
                "自建链接没有随附名称；请填写中文和英文名称",
                "a link of one's own comes without a label; give it in Chinese and English",
            )
        )
    entry.label_zh = wording.note(command.label_zh, wording.ZH, wording.LABEL_LENGTH)
    entry.label_en = wording.note(command.label_en, wording.EN, wording.LABEL_LENGTH)
    entry.section = None if command.section is None else _named(session, command.section)
    entry.hidden = command.hidden
    entry.roles = _roles(command.roles)


def _add_link(session: Session, command: AddMenuLink) -> None:
    path = checked_link(command.path)
    if session.get(MenuEntry, path) is not None:
        raise Refused(
            said(f"菜单里已有“{path}”；请修改那一项", f"{path!r} is in the menu already; change that entry")
        )
    last = session.scalar(select(func.max(MenuEntry.position)))
    entry = _new_entry(session, path, own=True)
    entry.position = 0 if last is None else last + 1
    entry.label_zh = wording.name(command.label_zh, wording.ZH)
    entry.label_en = wording.name(command.label_en, wording.EN)
    entry.section = _named(session, command.section)
    entry.roles = _roles(command.roles)


def _new_entry(session: Session, path: str, *, own: bool) -> MenuEntry:
    _check_room(session, MenuEntry)
    entry = MenuEntry(
        path=path, own=own, label_zh="", label_en="", section=None, position=None, hidden=False, roles=""
    )
    session.add(entry)
    return entry


def _existing_entry(session: Session, path: str) -> MenuEntry:
    entry = session.get(MenuEntry, path)
    if entry is None:
        raise Refused(
            said(
                f"菜单项“{path}”没有改动过；请刷新页面", f"the menu entry {path!r} stands as it came; reload"
            )
        )
    return entry


def _roles(roles: tuple[str, ...]) -> str:
    return " ".join(sorted({wording.code(role, wording.CODE) for role in roles}))


# -- sections


def _named(session: Session, name: str) -> str:
    """A section to stand under: the names of the program's own are the pages' to know."""
    if name == LOOSE:
        return name
    _check_name(session, name)
    return name


def _section(session: Session, name: str) -> MenuSection:
    _check_name(session, name)
    return session.get(MenuSection, name) or _new_section(session, name, own=False)


def _check_name(session: Session, name: str) -> None:
    wording.code(name, _SECTION)
    if len(name) > SECTION_LENGTH or (name.startswith(OWN) and session.get(MenuSection, name) is None):
        raise Refused(
            said(f"没有菜单分组“{name}”；请刷新页面", f"there is no menu section {name!r}; reload the page")
        )


def _new_section(session: Session, name: str, *, own: bool) -> MenuSection:
    _check_room(session, MenuSection)
    section = MenuSection(name=name, own=own, label_zh="", label_en="", position=None)
    session.add(section)
    return section


def _relabel(section: MenuSection, command: CreateMenuSection | RelabelMenuSection) -> None:
    if section.own:
        section.label_zh = wording.name(command.label_zh, wording.ZH)
        section.label_en = wording.name(command.label_en, wording.EN)
    else:
        section.label_zh = wording.note(command.label_zh, wording.ZH, wording.LABEL_LENGTH)
        section.label_en = wording.note(command.label_en, wording.EN, wording.LABEL_LENGTH)


def _reset_section(session: Session, name: str) -> None:
    section = session.get(MenuSection, name)
    if section is None:
        raise Refused(
            said(f"菜单分组“{name}”没有改动过；请刷新页面", f"the section {name!r} stands as it came; reload")
        )
    if section.own:
        for entry in session.scalars(select(MenuEntry).where(MenuEntry.section == name)):
            entry.section = LOOSE if entry.own else None
    session.delete(section)


# -- both


def _check_room(session: Session, kind: type[MenuEntry | MenuSection]) -> None:
    count = session.scalar(select(func.count()).select_from(kind)) or 0
    if count >= MOST_ENTRIES:
        raise Refused(
            said(
                f"菜单已有 {count} 项，最多 {MOST_ENTRIES} 项；请先删除不用的项",
                f"the menu has {count} entries, at most {MOST_ENTRIES}; remove some first",
            )
        )


def _check_order(names: tuple[str, ...]) -> None:
    if len(set(names)) != len(names) or len(names) > MOST_ENTRIES:
        raise Refused(
            said(
                f"菜单顺序有重复，或超过 {MOST_ENTRIES} 项；请刷新页面",
                f"the order names an entry twice, or over {MOST_ENTRIES}; reload the page",
            )
        )

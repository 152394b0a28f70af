"""The menu as it was arranged; nothing here writes."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.menus.arranging import Saved, SavedEntry, SavedSection
from business.menus.model import MenuEntry, MenuSection


def saved(session: Session) -> Saved:
    """Read for every page that is drawn: some tens of rows."""
    sections = session.scalars(select(MenuSection).order_by(MenuSection.name))
    entries = session.scalars(select(MenuEntry).order_by(MenuEntry.path))
    return Saved(
        tuple(SavedSection(one.name, one.own, one.label_zh, one.label_en, one.position) for one in sections),
        tuple(
            SavedEntry(
                one.path,
                one.own,
                one.label_zh,
                one.label_en,
                one.section,
                one.position,
                one.hidden,
                frozenset(one.roles.split()),
            )
            for one in entries
        ),
    )

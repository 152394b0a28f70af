"""The mapping of a layout, kept from one import for the next."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.exchange.columns import Column
from business.exchange.layout import Header, Mapped, guessed
from business.exchange.model import ImportLayout


def remember(session: Session, entity: str, header: Header, mapping: Mapped, now_ns: int) -> None:
    """Keep how this heading was mapped, in place of an earlier mapping; inside the caller's transaction."""
    pairs: list[list[int | str]] = [[place, name] for place, name in sorted(mapping.items())]
    layout = _found(session, entity, header)
    if layout is None:
        session.add(
            ImportLayout(entity=entity, fingerprint=header.fingerprint, mapping=pairs, used_ns=now_ns)
        )
    else:
        layout.mapping, layout.used_ns = pairs, now_ns


def proposed(session: Session, entity: str, header: Header, columns: Sequence[Column]) -> dict[int, str]:
    """The mapping to offer: the remembered one, without fields that are gone; else the guessed one."""
    layout = _found(session, entity, header)
    if layout is None:
        return guessed(header.labels, columns)
    names = {column.name for column in columns}
    return {int(place): str(name) for place, name in layout.mapping if name in names}


def forget(session: Session, entity: str, header: Header) -> bool:
    """Whether there was anything to forget."""
    layout = _found(session, entity, header)
    if layout is None:
        return False
    session.delete(layout)
    return True


def _found(session: Session, entity: str, header: Header) -> ImportLayout | None:
    return session.scalars(
        select(ImportLayout).where(
            ImportLayout.entity == entity, ImportLayout.fingerprint == header.fingerprint
        )
    ).one_or_none()

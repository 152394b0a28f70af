"""What of a record the one search box finds."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy.orm import Session

from business.registry.columns import value_of
from business.registry.declare import Field
from business.registry.entity import Entity
from business.registry.record import Record
from business.search import index


class Index:
    """Keeps the search in step with the records, in the transaction of the change."""

    def put_all(
        self, session: Session, entity: Entity, records: Collection[Record], *, new: bool = False
    ) -> None:
        """`new` says that none of them can be in the index yet."""
        # Nothing refers yet to what is new, and what tells them apart follows from that.
        subtitles = {} if new else entity.model.subtitles(session, [one.id for one in records])
        entries = self.told(session, entity, records)
        with_subtitles = (replace(one, subtitle=subtitles.get(one.record_id, "")) for one in entries)
        index.put_all(session, with_subtitles, new=new)

    def told(self, session: Session, entity: Entity, records: Iterable[Record]) -> list[index.Entry]:
        """What the records tell of themselves: all but the subtitles, which follow from others."""
        title = [entity.by_name[name] for name in entity.kind.title]
        words = [field for field in entity.fields if field.searchable and not field.sealed]
        return [
            index.Entry(
                entity=entity.name,
                record_id=record.id,
                scope_id=record.scope_id,
                title=_shown(record, title),
                subtitle="",
                words=tuple(_shown(record, [field]) for field in words),
                codes=record.codes(session),
            )
            for record in records
        ]

    def remove(self, session: Session, entity: Entity, record: Record) -> None:
        index.remove(session, entity.name, record.id)


def _shown(record: Record, fields: Iterable[Field]) -> str:
    values = ((field, value_of(record, field)) for field in fields)
    return " ".join(field.type.show(value, "zh") for field, value in values if value is not None)

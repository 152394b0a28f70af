"""Rows carried out in a transaction that comes to nothing: what would become of them, and which cannot be."""

import logging

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from actors.said import said
from business.importing.chunk import Seen
from business.importing.draft import Draft
from business.importing.failure import error_at
from business.importing.importer import Importer
from business.importing.messages import ImportRow
from business.importing.model import Import
from business.importing.source import Refusal

logger = logging.getLogger(__name__)


class Trial:
    def __init__(self, importer: Importer, sessions: sessionmaker[Session], import_id: int) -> None:
        self._importer = importer
        self._sessions = sessions
        self._import_id = import_id
        self._seen: Seen = {}

    def of(self, rows: list[ImportRow]) -> tuple[list[Draft], list[Refusal]]:
        """What would become of the rows, and those at which the program fails."""
        try:
            return self._carried(rows, self._seen, index=False), []
        except OperationalError:  # the database is away: no row is to blame
            raise
        except Exception:
            logger.exception("rows from %d of import %d", rows[0].number, self._import_id)
        good, defects = self.without_defects(rows)
        return self._carried(good, self._seen, index=False), defects

    def without_defects(self, rows: list[ImportRow]) -> tuple[list[ImportRow], list[Refusal]]:
        """The rows at which the program does not fail, one by one, and the others as refused."""
        bad = {row.number for row in rows if self._fails(row)}
        reason = said(
            "程序处理此行时出错，请联系管理员", "the program failed at this row: tell an administrator"
        )
        told = [
            (row.number, (error_at("", reason, row.number, row.cells, {}).plain(),))
            for row in rows
            if row.number in bad
        ]
        return [row for row in rows if row.number not in bad], told

    def _fails(self, row: ImportRow) -> bool:
        try:
            self._carried([row], {}, index=True)
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001  # whatever it is, the row is told of and the others go on
            return True
        return False

    def _carried(self, rows: list[ImportRow], seen: Seen, *, index: bool) -> list[Draft]:
        with self._sessions() as session:
            row = session.get_one(Import, self._import_id)
            drafts = self._importer.try_rows(session, row, rows, seen, index=index)
            session.rollback()
        return drafts

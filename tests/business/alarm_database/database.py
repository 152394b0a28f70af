"""A desk over the demo campus, or a site of a few lines, and its workbook to be edited."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from actors.paths import RunPaths
from business.alarm_database.columns import PLACES
from business.alarm_database.definitions import Definitions
from business.alarm_database.importing import DryRun, dry_run
from business.alarm_database.workbook import write_workbook
from business.configuration.desk import Desk
from business.exchange.layout import plain
from business.exchange.opening import sheets_in
from config.alarm_edits import ALARM_FILE
from config.entries import Documents
from config.load import read
from drivers import SCHEMAS
from supervisor.cli import DEMO

Cells = list[list[Any]]
Edit = Callable[[dict[str, Any]], None]


@dataclass
class Book:
    """The rows of an exported workbook, by the names of their columns."""

    heads: list[str]
    rows: Cells

    def row(self, device: str, point: str, rule: str) -> dict[str, Any]:
        """A view of one row that writes back."""
        return _Row(self, next(row for row in self.rows if _key(row) == (device, point, rule)))

    def place(self, name: str) -> int:
        return next(at for at, head in enumerate(self.heads) if PLACES.get(plain(head)) == name)

    def add(self, **values: Any) -> None:
        row: list[Any] = [None] * len(self.heads)
        for name, value in values.items():
            row[self.place(name)] = value
        self.rows.append(row)

    def file(self) -> bytes:
        target = BytesIO()
        with Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet("Alarms")
            for at, row in enumerate([self.heads, *self.rows]):
                for place, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(at, place, cell)
                    elif cell is not None:
                        sheet.write(at, place, cell)
        return target.getvalue()


class _Row(dict[str, Any]):
    def __init__(self, book: Book, cells: list[Any]) -> None:
        super().__init__(
            {PLACES[plain(h)]: c for h, c in zip(book.heads, cells, strict=True) if plain(h) in PLACES}
        )
        self._book, self._cells = book, cells

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self._cells[self._book.place(name)] = value


def _key(row: list[Any]) -> tuple[str, str, str]:
    return row[0], row[1] or "", row[2]


def demo() -> Documents:
    """The demo campus without alarms of single devices."""
    return {file: tables for file, tables in read(DEMO).items() if file != ALARM_FILE}


class Database:
    def __init__(self, folder: Path, documents: Documents | None = None) -> None:
        self.paths = RunPaths(folder / "run")
        self.paths.create()
        self.desk = Desk(self.paths, SCHEMAS)
        self.desk.store.add(documents or demo(), "anna", "first", "files", lambda: datetime.now(UTC))
        self.paths.running.write_text("1")

    @property
    def newest(self) -> int:
        return self.desk.state().newest

    def known(self) -> Definitions:
        return self.desk.definitions(self.newest)

    def export(self, language: str = "zh") -> bytes:
        target, known = BytesIO(), self.known()
        write_workbook(target, known.site, known.all(), language)
        return target.getvalue()

    def book(self, language: str = "zh") -> Book:
        sheet = sheets_in(self.export(language))[0]
        heads, *rows = [list(row.cells) for row in sheet.rows()]
        width = len(heads)
        return Book([str(head) for head in heads], [[*row, *[None] * (width - len(row))] for row in rows])

    def dry_run(self, file: bytes) -> DryRun:
        return dry_run(self.desk, self.newest, self.known(), sheets_in(file))

    def apply(self, found: DryRun) -> Mapping[str, Any]:
        """As a new version; its documents."""
        version = self.desk.store.get(self.newest)
        proposal = self.desk.propose_alarms(version, found.edits)
        assert proposal.troubles == ()
        self.desk.store.add(proposal.documents, "anna", "again", "screen", lambda: datetime.now(UTC))
        return proposal.documents

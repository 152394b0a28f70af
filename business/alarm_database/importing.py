"""The dry run of a workbook: what it would change, and what is wrong with each row that is refused."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Final

from business.alarm_database.columns import IGNORED, NAMES, PLACES, READ
from business.alarm_database.comparing import AlarmChange, changes
from business.alarm_database.definitions import Definitions
from business.alarm_database.judging import Judge, Wrong, columns_of_key
from business.alarm_database.messages import AlarmDefinition
from business.configuration.desk import Desk, Proposal, Trouble
from business.exchange.failures import write_failures
from business.exchange.layout import REASON, Header, Mapped, plain, records_of
from business.exchange.reading import Failed, Record, RowError, outcomes, shown
from business.exchange.refusal import refused
from business.exchange.sheet import HEADER_ROWS, Row, Sheet, letter
from config.alarm_edits import AlarmEdit, AlarmName, alarm_tables
from config.entries import Documents
from config.text import Text
from config.versions import Version

MOST_EDITS: Final = 20_000
"""Alarms that one version may change; what differs on more devices belongs into their profile."""
_ROUNDS: Final = 8
_LABELS: Mapping[str, Text] = {column.name: column.label for column in READ}


@dataclass(frozen=True, slots=True)
class Found:
    """The sheet of the alarms in a workbook."""

    sheet: Sheet
    header: Header
    mapping: Mapped
    ignored: tuple[str, ...]
    """Headings that are no column of the database."""


@dataclass(frozen=True, slots=True)
class DryRun:
    rows: int
    edits: tuple[AlarmEdit, ...]
    changes: tuple[AlarmChange, ...]
    """What the edits come to, with what follows from them."""
    proposal: Proposal
    failed: tuple[Failed, ...]
    troubles: tuple[Trouble, ...]
    """Of no row: the configuration would be wrong elsewhere."""
    ignored: tuple[str, ...]
    header: Header

    @property
    def definitions(self) -> tuple[AlarmDefinition, ...]:
        return defined(self.edits)


def defined(edits: Iterable[AlarmEdit]) -> tuple[AlarmDefinition, ...]:
    """As a command carries them."""
    return tuple(AlarmDefinition(*edit.alarm, json.dumps(edit.table, ensure_ascii=False)) for edit in edits)


def found_in(sheets: Sequence[Sheet]) -> Found:
    """Raises FileRefused where no sheet has the headings that name an alarm."""
    needed = {column.name for column in NAMES}
    for sheet in sheets:
        for row in islice(sheet.rows(), HEADER_ROWS):
            labels = tuple("" if cell is None else str(cell).strip() for cell in row.cells)
            mapping: dict[int, str] = {}
            for place, label in enumerate(labels):
                name = PLACES.get(plain(label))
                if name is not None and name not in mapping.values():
                    mapping[place] = name
            if needed <= set(mapping.values()):
                known = {*IGNORED, *PLACES, *map(plain, (REASON.zh, REASON.en))}
                ignored = tuple(label for label in labels if label and plain(label) not in known)
                return Found(sheet, Header(row.number, labels), mapping, ignored)
    heads = [column.label for column in NAMES]
    zh, en = "、".join(one.zh for one in heads), ", ".join(one.en for one in heads)
    raise refused(
        f"没有找到含有表头“{zh}”的工作表；请先导出，在导出的文件上修改",
        f"no sheet has the headings {en}: export first, and edit what was exported",
    )


def dry_run(desk: Desk, base: int, known: Definitions, sheets: Sequence[Sheet]) -> DryRun:
    """Blocks. Raises FileRefused for a workbook that is none of the database, or changes too much."""
    found = found_in(sheets)
    reading = _Reading(found, known)
    reading.judge()
    version = desk.store.get(base)
    edits, proposal, rest = _tried(desk, version, reading)
    rounds = 1
    while len(rest) < len(proposal.troubles) and rounds < _ROUNDS:  # the rows it came from are left out
        edits, proposal, rest = _tried(desk, version, reading)
        rounds += 1
    told = tuple(changes(known.site, proposal.site)) if proposal.site is not None and not rest else ()
    return DryRun(
        rows=reading.count,
        edits=edits,
        changes=told,
        proposal=proposal,
        failed=reading.failures(),
        troubles=tuple(rest),
        ignored=found.ignored,
        header=found.header,
    )


def _tried(
    desk: Desk, version: Version, reading: "_Reading"
) -> tuple[tuple[AlarmEdit, ...], Proposal, list[Trouble]]:
    """What the good rows come to, and the troubles that are of no row."""
    edits = reading.edits()
    if len(edits) > MOST_EDITS:
        raise refused(
            f"共修改 {len(edits)} 个报警，一次最多 {MOST_EDITS} 个；各设备相同的修改请写在设备模板中",
            f"{len(edits)} alarms would change, at most {MOST_EDITS} at once: what is the same on all "
            "devices belongs into their profile",
        )
    proposal = desk.propose_alarms(version, edits)
    return edits, proposal, reading.blame(proposal.troubles, proposal.documents)


class _Reading:
    """The rows of one workbook, and what was found wrong with them."""

    def __init__(self, found: Found, known: Definitions) -> None:
        self._found = found
        self._known = known
        self._edits: dict[int, AlarmEdit] = {}
        """By the number of the row."""
        self._errors: dict[int, list[RowError]] = defaultdict(list)
        self._places = {name: place for place, name in found.mapping.items()}
        self.count = 0

    def judge(self) -> None:
        judge = Judge(self._known)
        found = self._found
        rows = records_of(found.sheet, found.header)
        keys = [column.name for column in NAMES]
        for outcome in outcomes(self._counted(rows), found.header, found.mapping, READ, keys):
            if isinstance(outcome, Failed):
                self._errors[outcome.row.number] += outcome.errors
                continue
            judged = judge(outcome.values)
            if judged.edit is not None:
                self._edits[outcome.row] = judged.edit
            for wrong in judged.wrong:
                self._wrong(outcome, wrong)

    def _counted(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.count += 1
            yield row

    def _wrong(self, record: Record, wrong: Wrong) -> None:
        value = record.values.get(wrong.column)
        self._add(record.row, wrong.column, "" if value is None else str(value), wrong.reason)

    def _add(self, row: int, column: str, value: str, reason: str) -> None:
        place = self._places.get(column, 0)
        self._errors[row].append(RowError(row, letter(place), _LABELS[column], value[:200], reason, ""))

    def edits(self) -> tuple[AlarmEdit, ...]:
        """Of the rows with which nothing is wrong."""
        return tuple(edit for row, edit in self._edits.items() if row not in self._errors)

    def blame(self, troubles: Iterable[Trouble], documents: Documents) -> list[Trouble]:
        """Puts each trouble to the rows that it comes from; the rest is of none.

        What is wrong on one device is said of one device only, and is as wrong on all that are equal.
        """
        tables = {(file, at): name for file, at, name, _ in alarm_tables(documents)}
        rows = {edit.alarm: row for row, edit in self._edits.items()}
        alike: dict[str, list[int]] = defaultdict(list)
        for row, edit in self._edits.items():
            alike[self._likeness(edit)].append(row)
        rest = []
        for trouble in troubles:
            name, key = _alarm_of(trouble, tables)
            first = rows.get(name) if name is not None else None
            if first is None:
                rest.append(trouble)
                continue
            column = next((one for one in columns_of_key(key) if one in self._places), "rule")
            for row in alike[self._likeness(self._edits[first])]:
                self._add(row, column, "", trouble.reason)
        return rest

    def _likeness(self, edit: AlarmEdit) -> str:
        device, point, rule = edit.alarm
        known = self._known.plain.devices.get(device)
        like = known.template.id if known is not None else device
        return json.dumps([like, point, rule, edit.table], sort_keys=True)

    def failures(self) -> tuple[Failed, ...]:
        """In the order of the file, each with the row as it stands there."""
        if not self._errors:
            return ()
        return tuple(
            Failed(row, tuple(self._shown(row, one) for one in self._errors[row.number]))
            for row in records_of(self._found.sheet, self._found.header)
            if row.number in self._errors
        )

    def _shown(self, row: Row, error: RowError) -> RowError:
        """With the cell as it stands there."""
        place = next((at for at in range(len(row.cells)) if letter(at) == error.column), None)
        value = "" if place is None else shown(row.cells[place])[:200]
        return RowError(error.row, error.column, error.label, value, error.reason, error.fix)


def _alarm_of(trouble: Trouble, tables: Mapping[tuple[str, int], AlarmName]) -> tuple[AlarmName | None, str]:
    """The alarm in whose table the trouble is, and the key there."""
    match trouble.keys:
        case ("alarm", int() as at, *inside):
            return tables.get((trouble.file, at)), str(inside[0]) if inside else ""
        case ("alarm", str() as owner, *inside):
            device, point, rule = (*owner.split("/"), "", "")[:3]
            return (device, point, rule), str(inside[0]) if inside else ""
        case _:
            return None, ""


def write_refused(target: BinaryIO, found: DryRun, language: str) -> Any:
    """The rows to correct, with the reason beside each; they are imported again as they are."""
    return write_failures(target, found.header, found.failed, language)

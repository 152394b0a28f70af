"""Records of the trail as a table for a file."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from actors.said import in_language
from business.audit.model import AuditChange, AuditRecord
from business.audit.queries import Wanted, every
from business.exchange.columns import Column
from business.exchange.table import Table, Written
from business.exchange.text_file import write_csv
from business.exchange.xlsx_file import write_xlsx
from business.fields.registry import made
from config.text import Text

_LONG = 32_000
"""Characters of a cell; a spreadsheet holds a few more."""
_LABELS: Final[dict[str, Text]] = {
    "sequence": Text("序号", "Sequence"),
    "time": Text("时间", "Time"),
    "user": Text("用户", "User"),
    "kind": Text("操作", "Deed"),
    "object": Text("对象", "Object"),
    "reason": Text("原因", "Reason"),
    "result": Text("结果", "Result"),
    "detail": Text("说明", "Detail"),
    "station": Text("终端地址", "Address"),
    "permission": Text("权限", "Permission"),
    "changes": Text("变更内容", "Changes"),
    "command": Text("命令编号", "Command"),
    "previous": Text("前一条封印", "Seal before"),
    "seal": Text("封印", "Seal"),
}
_COLUMNS = tuple(Column(name, label, made("note")) for name, label in _LABELS.items())
_WRITERS: Final[dict[str, Callable[[Any, Table], Written]]] = {"xlsx": write_xlsx, "csv": write_csv}


def exported(
    session: Session, wanted: Wanted, form: str, *, title: str, names: Mapping[str, Text], language: str,
    zone: ZoneInfo, now_ns: int,
) -> bytes:  # fmt: skip
    """A file of all records that match, the newest first. `names` are the labels of kinds and results."""
    rows = (_row(record, names, language, zone) for record in every(session, wanted))
    target = BytesIO()
    _WRITERS[form](target, Table(title, _COLUMNS, rows, language, _time(now_ns, zone).date()))
    return target.getvalue()


def _row(record: AuditRecord, names: Mapping[str, Text], language: str, zone: ZoneInfo) -> dict[str, str]:
    def named(key: str) -> str:
        return names[key].in_language(language) if key in names else key

    return {
        "sequence": str(record.sequence),
        "time": _time(record.time_ns, zone).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "user": record.user,
        "kind": named(record.kind),
        "object": record.object,
        "reason": record.reason,
        "result": named(record.result),
        "detail": in_language(record.detail, language),
        "station": record.station,
        "permission": record.permission,
        "changes": "\n".join(_lines(record.changes))[:_LONG],
        "command": record.command,
        "previous": record.previous,
        "seal": record.seal,
    }


def _lines(changes: list[AuditChange]) -> Iterator[str]:
    for change in changes:
        yield f"{change.object}: {change.before or ''} → {change.after or ''}"


def _time(time_ns: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(time_ns // 1_000 / 1e6, zone)

"""Printing a record, and what the pages read of templates; nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.printing.model import PrintTemplate, PrintVersion
from business.printing.rendering import PrintRefused, render
from business.printing.service import existing, read_sample, version
from config.text import Text


@dataclass(frozen=True, slots=True)
class TemplateRow:
    name: str
    label: Text
    sample: str
    version: int
    disabled: bool
    built_in: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    number: int
    source: str
    note: str
    author: str
    created_ns: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A template as it is to print now, without a session: printing takes its time."""

    name: str
    label: Text
    source: str
    placeholders: frozenset[str]

    def printed(self, data: Mapping[str, Any], language: str = "zh") -> bytes:
        """A PDF. Raises PrintRefused, also when a placeholder gets nothing."""
        if missing := sorted(self.placeholders - set(data)):
            raise PrintRefused(
                said(
                    f"打印模板“{self.label.zh}”缺少数据：{'、'.join(missing)}",
                    f"template {self.name!r} is given nothing for {', '.join(missing)}",
                )
            )
        return render(self.source, data, language=language).pages[0]


def sheet(session: Session, template: str) -> Sheet:
    """Raises Refused for a template that does not exist, PrintRefused for one that is disabled."""
    found = existing(session, template)
    if found.disabled:
        raise PrintRefused(
            said(
                f"打印模板“{found.label_zh}”已停用；请在“打印模板”页恢复",
                f"template {template!r} is disabled; enable it on the page of print templates",
            )
        )
    used = version(session, found)
    return Sheet(
        found.name, Text(found.label_zh, found.label_en), used.source, frozenset(read_sample(found.sample))
    )


def templates(session: Session) -> tuple[TemplateRow, ...]:
    found = session.scalars(
        select(PrintTemplate).order_by(PrintTemplate.built_in.desc(), PrintTemplate.name).limit(1000)
    )
    return tuple(
        TemplateRow(
            one.name, Text(one.label_zh, one.label_en), one.sample, one.version, one.disabled, one.built_in
        )
        for one in found
    )


def versions(session: Session, template: str) -> tuple[VersionRow, ...]:
    """The newest first."""
    found = session.scalars(
        select(PrintVersion)
        .where(PrintVersion.template == template)
        .order_by(PrintVersion.number.desc())
        .limit(100)
    )
    return tuple(VersionRow(one.number, one.source, one.note, one.author, one.created_ns) for one in found)

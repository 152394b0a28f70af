"""What the commands of printing do, each in one transaction."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business import wording
from business.gate import Refused
from business.printing.messages import (
    AddShippedTemplates,
    CreatePrintTemplate,
    DescribePrintTemplate,
    DisablePrintTemplate,
    EnablePrintTemplate,
    PrintTemplateChanged,
    RemovePrintTemplate,
    SavePrintVersion,
    UsePrintVersion,
)
from business.printing.model import NOTE_LENGTH, PrintTemplate, PrintVersion
from business.printing.rendering import PrintRefused, render
from business.printing.templates import ShippedTemplate, seed
from config.text import Text

LONGEST_SAMPLE = 20_000
"""Characters."""
_NOTE = Text("版本说明", "the note")


class Printing:
    """The module of `BusinessActor` that owns print templates."""

    def __init__(self, wall_ns: Callable[[], int], shipped: Sequence[ShippedTemplate] | None = None) -> None:
        self._wall_ns = wall_ns
        self._shipped = seed() if shipped is None else shipped

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case CreatePrintTemplate():
                name = self._create(session, issuer, command)
            case AddShippedTemplates():
                added = [one.name for one in self._shipped if self._ship(session, one)]
                return tuple(PrintTemplateChanged(one) for one in added)
            case _:
                name = command.template
                self._change(session, issuer, existing(session, name), command)
        return (PrintTemplateChanged(name),)

    def _change(self, session: Session, issuer: Issuer, template: PrintTemplate, command: Any) -> None:
        match command:
            case DescribePrintTemplate():
                _describe(template, command)
                _check_prints(version(session, template).source, template.sample)
            case SavePrintVersion():
                _check_prints(command.source, template.sample)
                note = wording.note(command.note, _NOTE, NOTE_LENGTH)
                self._add_version(session, template, command.source, note, issuer.user)
            case UsePrintVersion():
                _check_prints(version(session, template, command.number).source, template.sample)
                template.version = command.number
            case DisablePrintTemplate():
                template.disabled = True
            case EnablePrintTemplate():
                template.disabled = False
            case RemovePrintTemplate():
                _remove(session, template)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of printing")

    def _create(self, session: Session, issuer: Issuer, command: CreatePrintTemplate) -> str:
        name = wording.code(command.template, wording.CODE)
        taken = session.scalar(select(PrintTemplate).where(func.lower(PrintTemplate.name) == name.lower()))
        if taken is not None:
            raise Refused(
                said(
                    f"已有打印模板“{taken.name}”（{taken.label_zh}）；请换一个代码",
                    f"there is a template {taken.name!r} ({taken.label_en}) already; choose another code",
                )
            )
        template = PrintTemplate(name=name, version=0, disabled=False, built_in=False)
        _describe(template, command)
        _check_prints(command.source, template.sample)
        session.add(template)
        session.flush()
        self._add_version(session, template, command.source, "", issuer.user)
        return name

    def _add_version(
        self, session: Session, template: PrintTemplate, source: str, note: str, author: str
    ) -> None:
        """It comes into use."""
        newest = select(func.max(PrintVersion.number)).where(PrintVersion.template == template.name)
        number = (session.scalar(newest) or 0) + 1
        session.add(
            PrintVersion(
                template=template.name,
                number=number,
                source=source,
                note=note,
                author=author,
                created_ns=self._wall_ns(),
            )
        )
        template.version = number

    def _ship(self, session: Session, shipped: ShippedTemplate) -> bool:
        template = session.get(PrintTemplate, shipped.name)
        if template is None:
            template = PrintTemplate(
                name=shipped.name,
                label_zh=shipped.label.zh,
                label_en=shipped.label.en,
                sample=shipped.sample,
                version=0,
                disabled=False,
                built_in=True,
            )
            session.add(template)
            session.flush()
            self._add_version(session, template, shipped.source, "", "")
            return True
        versions = session.scalars(select(PrintVersion).where(PrintVersion.template == shipped.name)).all()
        if not template.built_in or any(not one.author and one.source == shipped.source for one in versions):
            return False
        used = template.version
        self._add_version(session, template, shipped.source, "", "")
        if any(one.number == used and one.author for one in versions):
            template.version = used
        else:
            template.sample = shipped.sample
        return True


def existing(session: Session, name: str) -> PrintTemplate:
    template = session.get(PrintTemplate, name)
    if template is None:
        raise Refused(
            said(f"没有打印模板“{name}”；请刷新页面", f"there is no print template {name!r}; reload the page")
        )
    return template


def version(session: Session, template: PrintTemplate, number: int | None = None) -> PrintVersion:
    """One version, by default the one in use."""
    wanted = template.version if number is None else number
    found = session.scalar(
        select(PrintVersion).where(PrintVersion.template == template.name, PrintVersion.number == wanted)
    )
    if found is None:
        raise Refused(
            said(
                f"打印模板“{template.label_zh}”没有第 {wanted} 版；请刷新页面",
                f"template {template.name!r} has no version {wanted}; reload the page",
            )
        )
    return found


def read_sample(text: str) -> dict[str, Any]:
    """Raises Refused when it is no JSON object, with the line."""
    if len(text) > LONGEST_SAMPLE:
        raise Refused(
            said(
                f"示例数据有 {len(text)} 个字符，最多 {LONGEST_SAMPLE} 个；请精简",
                f"the sample has {len(text)} characters, at most {LONGEST_SAMPLE}; shorten it",
            )
        )
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise Refused(
            said(
                f'示例数据第 {line} 行不是 JSON：{error}；应形如 {{"title": "标题"}}',
                f'line {line} of the sample is no JSON: {error}; it is written as {{"title": "A title"}}',
            )
        ) from error
    if not isinstance(found, dict):
        raise Refused(
            said(
                '示例数据不是 JSON 对象；应形如 {"title": "标题"}',
                'the sample is no JSON object; it is written as {"title": "A title"}',
            )
        )
    return found


def _describe(template: PrintTemplate, command: CreatePrintTemplate | DescribePrintTemplate) -> None:
    template.label_zh = wording.name(command.label_zh, wording.ZH)
    template.label_en = wording.name(command.label_en, wording.EN)
    read_sample(command.sample)
    template.sample = command.sample


def _check_prints(source: str, sample: str) -> None:
    try:
        render(source, read_sample(sample))
    except PrintRefused as refused:
        raise Refused(str(refused)) from refused


def _remove(session: Session, template: PrintTemplate) -> None:
    if template.built_in:
        raise Refused(
            said(
                f"打印模板“{template.label_zh}”随软件提供，不能删除；可以修改或停用",
                f"template {template.name!r} came with the program and stays; change it or disable it",
            )
        )
    for one in session.scalars(select(PrintVersion).where(PrintVersion.template == template.name)):
        session.delete(one)
    session.flush()
    session.delete(template)

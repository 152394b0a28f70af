"""What the commands of the configuration do. A version is a file that is written once, so a transaction that
fails after it leaves a version that is in force nowhere; the command, given again, finds it and is done."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import in_language, said
from business.alarm_database.messages import DefineAlarms
from business.audit.changes import HIDDEN, tell
from business.configuration.desk import Desk, Proposal
from business.configuration.messages import RemoveSecret, SaveConfiguration, SetSecret
from business.configuration.secrets import Vault
from business.gate import Refused
from business.wording import name
from config.alarm_edits import AlarmEdit
from config.editing import Difference
from config.text import Text
from config.validate import is_confidential
from config.versions import Overtaken, Version, VersionError, digest_of

Saving = SaveConfiguration | DefineAlarms
LONGEST_REASON = 200
REASON = Text("修改原因", "the reason")


class ConfigurationDesk:
    """The module of `BusinessActor` that owns what is edited of the configuration."""

    def __init__(self, desk: Desk, vault: Vault, wall_ns: Callable[[], int] = time.time_ns) -> None:
        self._desk = desk
        self._vault = vault
        self._wall_ns = wall_ns

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case SaveConfiguration():
                self._save(session, issuer, command, self._edited(command))
            case DefineAlarms():
                self._save(session, issuer, command, self._defined(command))
            case SetSecret():
                was_there = self._vault.store(command.name, command.value)
                tell(
                    session,
                    f"secrets/{command.name}",
                    {"value": HIDDEN} if was_there else None,
                    {"value": HIDDEN},
                )
            case RemoveSecret():
                self._vault.remove(command.name)
                tell(session, f"secrets/{command.name}", {"value": HIDDEN}, None)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of the configuration")
        return ()

    def _edited(self, command: SaveConfiguration) -> Proposal:
        try:
            return self._desk.propose(self._get(command.base), command.edits, command.texts)
        except ValueError as error:
            raise Refused(said(f"修改无法识别：{error}", f"the edit cannot be read: {error}")) from error

    def _defined(self, command: DefineAlarms) -> Proposal:
        try:
            edits = [
                AlarmEdit((one.device, one.point, one.rule), _table(one.table)) for one in command.alarms
            ]
        except ValueError as error:
            raise Refused(
                said(f"报警定义无法识别：{error}", f"the definition cannot be read: {error}")
            ) from error
        return self._desk.propose_alarms(self._get(command.base), edits)

    def _save(self, session: Session, issuer: Issuer, command: Saving, proposal: Proposal) -> None:
        reason = name(command.reason, REASON, LONGEST_REASON)
        if proposal.troubles:
            raise Refused(_all(proposal))
        version = self._known(command, issuer, reason, proposal)
        if version is None:
            version = self._add(command, issuer, reason, proposal)
        tell(
            session,
            f"configuration/{version.number}",
            {_path(one): _shown(one, one.before) for one in proposal.differences},
            {_path(one): _shown(one, one.after) for one in proposal.differences},
        )

    def _add(self, command: Saving, issuer: Issuer, reason: str, proposal: Proposal) -> Version:
        if not proposal.differences:
            raise Refused(
                said(
                    f"与版本 {command.base} 没有差异，无须保存",
                    f"nothing differs from version {command.base}; there is nothing to save",
                )
            )
        try:
            return self._desk.store.add(
                proposal.documents, issuer.user, reason, "screen", self._clock, after=command.newest
            )
        except Overtaken:
            raise Refused(self._faster(command)) from None

    def _known(self, command: Saving, issuer: Issuer, reason: str, proposal: Proposal) -> Version | None:
        """The version that this very command has stored before its transaction was lost."""
        try:
            version = self._desk.store.get(command.newest + 1)
        except VersionError:
            return None
        mine = (digest_of(proposal.documents), issuer.user, reason, command.newest)
        return version if (version.digest, version.author, version.reason, version.base) == mine else None

    def _faster(self, command: Saving) -> str:
        newest = self._desk.store.latest()
        assert newest is not None
        return said(
            f"您打开页面后，{newest.author} 已保存版本 {newest.number}（{newest.reason}）；"
            f"请重新打开，在版本 {newest.number} 或运行中的版本上修改",
            f"since you opened the page, {newest.author} has saved version {newest.number} ({newest.reason});"
            " open it anew and edit that version, or the one in force",
        )

    def _get(self, number: int) -> Version:
        try:
            return self._desk.store.get(number)
        except VersionError as error:
            raise Refused(said(f"配置版本 {number} 无法读取：{error}", str(error))) from error

    def _clock(self) -> datetime:
        return datetime.fromtimestamp(self._wall_ns() / 1e9, UTC)


def _table(text: str) -> dict[str, Any] | None:
    """Raises ValueError for what no page sends."""
    table = json.loads(text)
    if table is not None and (not isinstance(table, dict) or {"device", "point", "name"} & table.keys()):
        raise ValueError(f"{text[:60]!r} is no table of an alarm")
    return table


def _all(proposal: Proposal) -> str:
    """Every trouble, in both languages."""
    zh, en = (
        "；".join(
            f"{one.place}: {in_language(one.reason, language)}".removeprefix(": ")
            for one in proposal.troubles
        )
        for language in ("zh", "en")
    )
    return said(zh, en)


def _path(one: Difference) -> str:
    return f"{one.file}:{one.path}"


def _shown(one: Difference, value: Any) -> Any:
    return HIDDEN if value is not None and is_confidential(one.keys) else value

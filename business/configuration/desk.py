"""What may be edited, and what an edit comes to: the same for the page's dry run and for the command."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from actors.paths import RunPaths
from actors.said import said
from business.alarm_database.definitions import Definitions, definitions
from business.configuration.messages import FileText, SettingEdit
from business.notifier.channels.catalogue import check_accounts
from config.alarm_edits import AlarmEdit, with_alarms
from config.applied import Applied, Trial, noted, under_way
from config.driver_schema import DriverSchema
from config.editing import Difference, Edit, differences, edited, read_text
from config.entries import Documents
from config.lines import index_lines, line_of
from config.problems import Key, Problem, Problems, dotted
from config.resolve import examine
from config.settings_fields import ROOTS
from config.site import Site
from config.versions import Version, VersionError, VersionStore

_FILE = re.compile(r"(profiles/)?[\w-]{1,64}\.toml")
LONGEST_TEXT = 4_000_000
"""Characters of one file."""


@dataclass(frozen=True, slots=True)
class Trouble:
    keys: tuple[Key, ...]
    """From the root of the documents on; () where it is none of one key."""
    file: str
    reason: str
    """`said`: thing, value, limit, way out."""
    line: int | None = None
    """In the text of the file, where it was given as one."""

    @property
    def place(self) -> str:
        """For people; '' where it is nowhere in particular."""
        if self.keys and self.keys[0] in ROOTS:
            return dotted(self.keys)
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where} {dotted(self.keys)}".strip()


Probe = Callable[[Site, Site], Iterable[Trouble]]
"""What only the machine knows: whether a folder can be written, a port is free, a database answers."""


@dataclass(frozen=True, slots=True)
class Proposal:
    documents: Documents
    troubles: tuple[Trouble, ...]
    differences: tuple[Difference, ...]
    site: Site | None = None
    """What the documents come to; None where nobody could say."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    number: int
    created: str
    author: str
    reason: str
    origin: str
    differences: tuple[Difference, ...]
    """To the version before."""
    trouble: str = ""
    """Why it cannot be read."""


@dataclass(frozen=True, slots=True)
class State:
    running: int
    newest: int
    trial: Trial | None
    log: tuple[Applied, ...]
    """The oldest first."""


class Desk:
    """Reads the run directory only; asks nothing of other processes."""

    def __init__(
        self, paths: RunPaths, drivers: Mapping[str, DriverSchema], probe: Probe = lambda _old, _new: ()
    ) -> None:
        self._paths = paths
        self._drivers = drivers
        self._probe = probe
        self._definitions: dict[int, Definitions] = {}
        self._one_at_a_time = Lock()
        self.store = VersionStore(paths.configuration)

    def state(self) -> State:
        numbers = self.store.numbers()
        return State(
            running=int(self._paths.running.read_text()),
            newest=numbers[-1] if numbers else 0,
            trial=under_way(self._paths.trial),
            log=tuple(noted(self._paths.configuration_log)),
        )

    def versions(self, before: int, count: int) -> tuple[VersionRow, ...]:
        """Those below `before` (0: all), the newest first."""
        numbers = [one for one in self.store.numbers() if not before or one < before]
        return tuple(self._row(one) for one in reversed(numbers[-count:]))

    def _row(self, number: int) -> VersionRow:
        try:
            version = self.store.get(number)
            old = self.store.get(version.base).documents if version.base else {}
        except VersionError as error:
            return VersionRow(number, "", "", "", "", (), str(error))
        told = tuple(differences(old, version.documents)) if version.base else ()
        return VersionRow(number, version.created, version.author, version.reason, version.origin, told)

    def propose(self, base: Version, edits: Sequence[SettingEdit], texts: Sequence[FileText]) -> Proposal:
        """What the version would be, with everything that is wrong with it. Nothing is stored."""
        problems = Problems()
        documents = dict(edited(base.documents, map(_edit, edits)))
        for one in texts:
            if (trouble := _unfit(one)) is not None:
                return Proposal(documents, (trouble,), ())
            read = read_text(one.file, one.text, problems)
            if read:
                documents[one.file] = read
            elif read is not None:
                documents.pop(one.file, None)
        return self._proposal(base, documents, {one.file: one.text for one in texts}, problems)

    def propose_alarms(self, base: Version, edits: Iterable[AlarmEdit]) -> Proposal:
        """The same, for alarms that devices have of their own."""
        return self._proposal(base, with_alarms(base.documents, edits), {}, Problems())

    def definitions(self, number: int) -> Definitions:
        """Every alarm as a version defines it. Raises VersionError."""
        with self._one_at_a_time:
            if number not in self._definitions:
                found = definitions(self.store.get(number).documents, self._drivers)
                last = [*self._definitions.items()][-1:]  # they are large: two are kept
                self._definitions = {**dict(last), number: found}
            return self._definitions[number]

    def _proposal(
        self, base: Version, documents: Documents, written: Mapping[str, str], problems: Problems
    ) -> Proposal:
        """`written` are the texts of files as somebody has just edited them."""
        told = tuple(differences(base.documents, documents))
        if len(problems):
            return Proposal(documents, _troubles(problems, written), told)
        site = examine(documents, self._drivers, problems)
        if site is not None:
            check_accounts(site, documents, problems)
        troubles = list(_troubles(problems, written))
        if site is not None and not troubles:
            old = examine(base.documents, self._drivers, Problems())
            troubles += self._further(old, site) if old is not None else []
        return Proposal(documents, tuple(troubles), told, site)

    def site(self, documents: Documents) -> Site | None:
        """The site as these documents say it; None when they cannot be a site."""
        return examine(documents, self._drivers, Problems())

    def _further(self, old: Site, new: Site) -> Iterator[Trouble]:
        if new.id != old.id:
            reason = said(
                f"站点代号由 {old.id} 改为 {new.id}；运行目录和数据以代号为名，不能修改，请改回 {old.id}",
                f"the site's id is changed from {old.id} to {new.id}; its data go by it: write {old.id}",
            )
            yield Trouble(("site", "id"), "", reason)
        yield from self._probe(old, new)


def keys_of(path: str) -> tuple[Key, ...]:
    return tuple(int(part) if part.isdecimal() else part for part in path.split("."))


def _edit(edit: SettingEdit) -> Edit:
    """Raises ValueError for what no form sends."""
    keys = keys_of(edit.path)
    if keys[0] not in ROOTS or len(keys) < 2:
        raise ValueError(f"{edit.path!r} is no setting")
    value: Any = json.loads(edit.value)
    return Edit(keys, value)


def _unfit(text: FileText) -> Trouble | None:
    if not _FILE.fullmatch(text.file):
        reason = said(
            f"文件名“{text.file}”不可用；应形如 名称.toml 或 profiles/名称.toml",
            f"{text.file!r} is no file of a site; names are like NAME.toml or profiles/NAME.toml",
        )
    elif len(text.text) > LONGEST_TEXT:
        reason = said(
            f"文件 {text.file} 有 {len(text.text)} 个字符，最多 {LONGEST_TEXT} 个；请分成多个文件",
            f"{text.file} has {len(text.text)} characters, at most {LONGEST_TEXT}; make several files of it",
        )
    else:
        return None
    return Trouble((), text.file, reason)


def _troubles(problems: Problems, written: Mapping[str, str]) -> tuple[Trouble, ...]:
    """`written` are the texts of files as somebody has just edited them."""
    return tuple(_trouble(one, written.get(one.file, "")) for one in problems.all())


def _trouble(problem: Problem, text: str) -> Trouble:
    where = problem.where
    line = problem.line
    if line is None and where is not None and text:
        line = line_of(text, index_lines(text), where)
    english = f"{problem.message}. {problem.suggestion}".rstrip()
    keys = where.keys if where is not None else ()
    return Trouble(keys, problem.file, said(problem.zh or english, english), line)

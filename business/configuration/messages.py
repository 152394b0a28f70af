"""Commands of the configuration. Which version is in force is `core`'s: `ApplyConfiguration`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from business.access.model import Duty
from business.access.roles import AUDITOR, SYSTEM
from config.text import Text

READ = "configuration.read"
WRITE = "configuration.write"
PERMISSIONS: Mapping[str, Text] = {
    READ: Text("查看配置", "See the configuration"),
    WRITE: Text("修改配置", "Change the configuration"),
}
DEFAULTS: Mapping[str, frozenset[str]] = {READ: frozenset({SYSTEM, AUDITOR}), WRITE: frozenset({SYSTEM})}
DUTIES: Mapping[str, Duty] = {WRITE: Duty.SYSTEM}


@dataclass(frozen=True, slots=True)
class SettingEdit:
    path: str
    """Keys with dots between them: 'settings.backup.daily'."""
    value: str
    """JSON; 'null' takes the key out, so that its default counts."""


@dataclass(frozen=True, slots=True)
class FileText:
    file: str
    text: str
    """TOML; '' takes the file out."""


@dataclass(frozen=True, slots=True)
class SaveConfiguration:
    """Store a new version: an older one, with what was edited. It is not in force by that."""

    label: ClassVar[Text] = Text("保存配置版本", "Save a configuration version")
    permission: ClassVar[str] = WRITE
    base: int
    """The version that was edited."""
    newest: int
    """The newest version that the author has seen; with a newer one, somebody was faster."""
    edits: tuple[SettingEdit, ...]
    texts: tuple[FileText, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class SetSecret:
    """Store a secret that the settings need, over whatever it was. Nobody reads it back."""

    label: ClassVar[Text] = Text("设置密钥", "Set a secret")
    permission: ClassVar[str] = WRITE
    about: ClassVar[str] = "secrets/{name}"
    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemoveSecret:
    label: ClassVar[Text] = Text("删除密钥", "Remove a secret")
    permission: ClassVar[str] = WRITE
    about: ClassVar[str] = "secrets/{name}"
    name: str


COMMANDS: tuple[type, ...] = (SaveConfiguration, SetSecret, RemoveSecret)

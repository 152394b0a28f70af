"""Secrets that a screen may set: written, replaced, removed, and never shown."""

import os
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Stage
from actors.said import said
from business.audit.model import AuditRecord
from business.gate import Refused
from business.notifier.channels.catalogue import secrets_of_accounts
from config.secret_names import secrets_named
from config.site import Device, Site
from config.text import Text

CAMERA_PASSWORD = "camera-password"  # noqa: S105  # its name
LONGEST = 4096
"""Bytes."""
_SLACK_NS = 5_000_000_000
"""The record of a secret is appended so soon after its file; a later change was made on the server."""


@dataclass(frozen=True, slots=True)
class KnownSecret:
    label: Text
    hint: Text
    shortest: int = 1


SECRETS: Mapping[str, KnownSecret] = MappingProxyType(
    {
        "database-password": KnownSecret(
            Text("业务数据库口令", "Password of the business database"),
            Text("PostgreSQL 用户的口令", "Of the PostgreSQL user"),
        ),
        "heartbeat-url": KnownSecret(
            Text("心跳地址（保密）", "Heartbeat URL (secret)"),
            Text(
                "地址中含有账号密钥时填在这里，代替设置中的心跳地址",
                "Where the address is a key to an account; it counts instead of the setting",
            ),
            shortest=len("http://a"),
        ),
        CAMERA_PASSWORD: KnownSecret(
            Text("摄像机口令", "Password of the cameras"),
            Text(
                "设备的 picture 中填了 user 的摄像机用它取画面",
                "With it pictures are taken from cameras whose picture names a user",
            ),
        ),
    }
)

_OF_DEVICE = Text("设备或系统的管理员给出", "From whoever administers the device or system")
_OF_ACCOUNT = Text("服务商控制台中给出；用于发送通知", "From the provider's console; used to send messages")


def secrets_of(site: Site) -> Mapping[str, KnownSecret]:
    """Those that every site has, of each provider of log-ins, of each account for messages, and those that
    connections of devices name."""
    return {
        **SECRETS,
        **{
            f"oidc-{one.id}": KnownSecret(
                Text(f"统一登录“{one.name.zh}”的客户端密钥", f"Client secret of “{one.name.en}”"),
                Text("提供方给本站的 client_secret", "What the provider gave this site as client_secret"),
            )
            for one in site.settings.security.providers
        },
        **{
            name: KnownSecret(label, _OF_ACCOUNT)
            for name, label in secrets_of_accounts(site.notification.accounts)
        },
        **_of_devices(site),
    }


def _of_devices(site: Site) -> Mapping[str, KnownSecret]:
    users: dict[str, list[Device]] = {}
    for device in site.devices.values():
        for _, name in secrets_named(device.connection):
            users.setdefault(name, []).append(device)
    return {
        name: KnownSecret(
            Text(
                f"设备连接口令（{devices[0].name.zh}{f'等 {len(devices)} 台' if devices[1:] else ''}）",
                f"Of the connection to {devices[0].name.en}"
                + (f" and {len(devices) - 1} more" if devices[1:] else ""),
            ),
            _OF_DEVICE,
        )
        for name, devices in sorted(users.items())
    }


@dataclass(frozen=True, slots=True)
class SecretRow:
    name: str
    known: KnownSecret
    set_ns: int
    """0 for one that is not set."""
    set_by: str
    """'' for one that was put there on the server."""
    given: str
    """The environment variable that gives it, and counts instead of the file; ''."""


class Vault:
    """The folder of secrets of one site."""

    def __init__(
        self, folder: Path, environ: Mapping[str, str], known: Mapping[str, KnownSecret] = SECRETS
    ) -> None:
        self._folder = folder
        self._environ = environ
        self._known_secrets = known

    def rows(self, session: Session) -> tuple[SecretRow, ...]:
        return tuple(self._row(session, name, known) for name, known in self._known_secrets.items())

    def _row(self, session: Session, name: str, known: KnownSecret) -> SecretRow:
        try:
            set_ns = (self._folder / name).stat().st_mtime_ns
        except OSError:
            return SecretRow(name, known, 0, "", self._given(name))
        last = session.scalars(
            select(AuditRecord)
            .where(
                AuditRecord.object == f"secrets/{name}",
                AuditRecord.kind == "SetSecret",
                AuditRecord.result == Stage.DONE.value,
            )
            .order_by(AuditRecord.sequence.desc())
            .limit(1)
        ).first()
        by = last.user if last is not None and last.time_ns + _SLACK_NS > set_ns else ""
        return SecretRow(name, known, set_ns, by, self._given(name))

    def store(self, name: str, value: str) -> bool:
        """Whether there was one before. Raises Refused; its words never hold the value."""
        _check(self._known(name), value)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / name
        was_there = file.exists()
        with NamedTemporaryFile(
            "w", encoding="utf-8", dir=self._folder, suffix=".draft", delete=False
        ) as draft:
            draft.write(value)
            draft.flush()
            os.fchmod(draft.fileno(), stat.S_IRUSR | stat.S_IWUSR)
            os.fsync(draft.fileno())
        Path(draft.name).replace(file)
        return was_there

    def remove(self, name: str) -> None:
        """Raises Refused."""
        known = self._known(name)
        try:
            (self._folder / name).unlink()
        except FileNotFoundError:
            raise Refused(
                said(f"“{known.label.zh}”没有设置，无须删除", f"the {known.label.en} is not set")
            ) from None

    def _given(self, name: str) -> str:
        variable = "STEWARD_" + name.upper().replace("-", "_")
        return next((one for one in (variable, f"{variable}_FILE") if one in self._environ), "")

    def _known(self, name: str) -> KnownSecret:
        known = self._known_secrets.get(name)
        if known is None:
            names = ", ".join(self._known_secrets)
            raise Refused(
                said(f"没有密钥“{name}”；可用：{names}", f"there is no secret {name!r}; there are {names}")
            )
        if given := self._given(name):
            raise Refused(
                said(
                    f"“{known.label.zh}”由环境变量 {given} 给出，以它为准；请先在服务器上去掉该变量",
                    f"the {known.label.en} is given by the environment variable {given}, which counts; take "
                    "it out on the server first",
                )
            )
        return known


def _check(known: KnownSecret, value: str) -> None:
    """Raises Refused."""
    size = len(value.encode())
    if not known.shortest <= size <= LONGEST:
        raise Refused(
            said(
                f"“{known.label.zh}”有 {size} 字节，应为 {known.shortest} 至 {LONGEST} 字节",
                f"the {known.label.en} has {size} bytes; give {known.shortest} to {LONGEST}",
            )
        )
    unseen = (at for at, one in enumerate(value, 1) if unicodedata.category(one) in {"Cc", "Cf", "Cs"})
    if (at := next(unseen, 0)) or value != value.strip():
        raise Refused(
            said(
                f"“{known.label.zh}”的第 {at or 1} 个字符不可见，或首尾有空白；请删去这些字符",
                f"character {at or 1} of the {known.label.en} is invisible, or there is space around it; "
                "leave out line breaks, control characters and space",
            )
        )

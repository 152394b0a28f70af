"""The channels that there are, by name, and what an administrator sets for an account of each."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, Field, create_model

from business.notifier.channels import (
    aliyun_sms,
    aliyun_voice,
    dingtalk_robot,
    email,
    feishu_robot,
    station_speaker,
    tencent_sms,
    tencent_voice,
    twilio_sms,
    twilio_voice,
    web_push,
    wecom_robot,
)
from business.notifier.channels.port import ChannelKind
from config.entries import Documents
from config.notification import Account
from config.notify_schema import AccountTable
from config.problems import Problems, Where
from config.site import Site
from config.table import shown
from config.text import Text
from config.validate import validated

_MODULES = (
    aliyun_sms, aliyun_voice, tencent_sms, tencent_voice, twilio_sms, twilio_voice, email, wecom_robot,
    dingtalk_robot, feishu_robot, web_push, station_speaker,
)  # fmt: skip
KINDS: Mapping[str, ChannelKind] = MappingProxyType({one.KIND.name: one.KIND for one in _MODULES})


def table_of(kind: str) -> type[AccountTable]:
    """The table of an account with the options of its channel, for a form; of an unknown one without."""
    if (known := KINDS.get(kind)) is None:
        return AccountTable
    options: Any = Field(
        title="Options",
        description="what the channel needs",
        json_schema_extra=shown("参数", "渠道的参数"),
    )
    made: type[AccountTable] = create_model(
        f"{known.options.__name__}Account", __base__=AccountTable, options=(known.options, options)
    )
    return made


def options_of(account: Account) -> BaseModel:
    """Raises ValidationError for options that the channel cannot use, KeyError for a channel that is none."""
    return KINDS[account.kind].options.model_validate(dict(account.options))


def push_key(accounts: Mapping[str, Account]) -> str:
    """Under which browsers subscribe to pushed messages; '' where no account pushes."""
    for account in accounts.values():
        if account.kind == web_push.KIND.name and account.enabled:
            return str(account.options.get("public_key", ""))
    return ""


def secret_name(account: str, secret: str) -> str:
    return f"account-{account}-{secret}"


def secrets_of_accounts(accounts: Mapping[str, Account]) -> Iterator[tuple[str, Text]]:
    """Names and labels of the secrets of all accounts."""
    for account in accounts.values():
        if (kind := KINDS.get(account.kind)) is not None:
            for name, label in kind.secrets.items():
                yield (
                    secret_name(account.id, name),
                    Text(f"{account.name.zh}：{label.zh}", f"{account.name.en}: {label.en}"),
                )


def check(account: Account, where: Where, problems: Problems) -> None:
    """What is wrong with its channel and options is added to `problems`."""
    if (kind := KINDS.get(account.kind)) is None:
        problems.unknown(where.at("kind"), "channel", account.kind, KINDS)
        return
    validated(kind.options, dict(account.options), where.at("options").at, problems)


def check_accounts(site: Site, documents: Documents, problems: Problems) -> None:
    """The same of all accounts that `documents` hold, each where it is written."""
    for file, tables in sorted(documents.items()):
        for at, row in enumerate(tables.get("account", ())):
            name = row.get("id") if isinstance(row, dict) else None
            if (account := site.notification.accounts.get(str(name))) is not None:
                check(account, Where(file, ("account", at)).called(name), problems)

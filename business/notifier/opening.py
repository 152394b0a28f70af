"""Opens the accounts of a site with their secrets."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from actors.said import said
from business.notifier.channels.catalogue import KINDS, options_of, secret_name
from business.notifier.channels.port import Channel, ChannelKind, House, NotHanded
from business.notifier.lines import Line, Lines
from config.notification import Account, Notification
from config.secrets import Secret, SecretError, SecretMissing, secret


def opened(
    notification: Notification,
    before: Mapping[str, Line],
    environ: Mapping[str, str],
    folder: Path,
    house: House,
) -> Lines:
    """Those that are enabled, the first to use first; what is as it was goes on. One that cannot be opened is
    there all the same, and says why."""
    accounts = sorted(notification.accounts.values(), key=lambda one: one.order)
    lines = {}
    for account in accounts:
        if not account.enabled or account.kind not in KINDS:
            continue
        known = before.get(account.id)
        if known is not None and known.account == account:
            lines[account.id] = known
        else:
            lines[account.id] = _line(account, KINDS[account.kind], environ, folder, house)
    return Lines(lines, notification.approvals)


def channel_of(account: Account, environ: Mapping[str, str], folder: Path, house: House) -> Channel:
    """Raises ValidationError, SecretError, NotHanded for what is not as it should be."""
    kind = KINDS[account.kind]
    return kind.open(options_of(account), secrets_for(account, kind, environ, folder), house)


def secrets_for(
    account: Account, kind: ChannelKind, environ: Mapping[str, str], folder: Path
) -> dict[str, Secret]:
    """Those that somebody has set. Raises SecretError for one that cannot be used."""
    found = {}
    for name in kind.secrets:
        try:
            found[name] = secret(secret_name(account.id, name), environ, directory=folder, shortest=1)
        except SecretMissing:
            continue
    return found


def _line(
    account: Account, kind: ChannelKind, environ: Mapping[str, str], folder: Path, house: House
) -> Line:
    try:
        return Line(account, kind, channel_of(account, environ, folder, house))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        why = said(f"参数 {where} 有误，请在渠道设置中改正", f"option {where} is wrong: {first['msg']}")
    except SecretError as error:
        why = said(error.why.zh, error.why.en)
    except NotHanded as error:
        why = str(error)
    return Line(account, kind, None, why)

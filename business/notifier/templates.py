"""Which provider's templates are missing, seen before the night in which they are needed. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from business.notifier.channels.catalogue import KINDS
from config.notification import Account, Duties, Notification, Review
from config.notify_events import ALARM, ALARM_OVER, DIGEST, EVENTS, LANGUAGES, PLAN, SILENT, TEST

_OF_ALARMS: Final = frozenset({ALARM, ALARM_OVER, PLAN, DIGEST, TEST})


@dataclass(frozen=True, slots=True)
class Missing:
    """An event of which an account can tell nobody, since no template of it is approved."""

    account: str
    event: str
    language: str
    review: Review | None
    """How far the nearest one is; None where there is none at all."""


def events_of(duties: Duties) -> tuple[str, ...]:
    """What an account of these duties carries."""
    wanted = {
        Duties.ALL: EVENTS.keys() - {SILENT},
        Duties.ALARMS: _OF_ALARMS,
        Duties.BUSINESS: EVENTS.keys() - _OF_ALARMS - {SILENT},
        Duties.WATCHDOG: {SILENT},
    }[duties]
    return tuple(one for one in EVENTS if one in wanted)


def missing(notification: Notification) -> Iterator[Missing]:
    """In the order of accounts and events. English only where an account names it."""
    for account in notification.accounts.values():
        kind = KINDS.get(account.kind)
        if account.enabled and kind is not None and kind.templated:
            yield from _of_account(notification, account)


def _of_account(notification: Notification, account: Account) -> Iterator[Missing]:
    for language in account.languages or LANGUAGES[:1]:
        for event in events_of(account.duties):
            reviews = [
                one.review
                for one in notification.approvals
                if (one.account, one.event, one.language) == (account.id, event, language)
            ]
            if Review.APPROVED not in reviews:
                yield Missing(account.id, event, language, reviews[-1] if reviews else None)

"""Policies, accounts, provider's templates and wordings as entries with a form of each."""

from collections.abc import Iterator, Mapping

from business.notifier.channels.catalogue import KINDS, table_of
from config.entries import Documents
from config.notify_events import EVENTS, VARIABLES
from config.notify_schema import ApprovalTable, PolicyTable, WordingTable
from config.rules import Priority
from config.settings_fields import SettingField
from hmi import words as common
from hmi.pages.configuration.entry_kinds import CLASSES, EntryKind, entries
from hmi.pages.configuration.notify_previews import account, approval, wording
from hmi.pages.configuration.offering import (
    Around,
    Offered,
    Row,
    entries_of,
    listed,
    name_of_row,
    offered,
    zones,
)
from hmi.view import View
from hmi.words import linkage, notify
from hmi.words import notify_forms as words

_LONGEST = 60
"""Characters of a text that a list shows."""


def _of_policy(view: View, documents: Documents, row: Row) -> str:
    return listed(view, _policy(view, documents, row))


def _policy(view: View, documents: Documents, row: Row) -> Iterator[str]:
    if row.get("enabled") is False:
        yield view.say(words.OFF)
    yield view.say(words.ORDER, order=row.get("order", 50))
    ranks = {one.value: view.say(common.PRIORITIES[one.rank]) for one in Priority}
    for key, known in (
        ("priorities", ranks),
        ("zones", zones(view, documents)),
        ("subsystems", entries_of(view, documents, "subsystem")),
        ("classes", _classes(view, documents)),
        ("days", {one.value: view.say(text) for one, text in linkage.DAYS.items()}),
    ):
        if chosen := row.get(key):
            yield view.listed(known.get(one, one).strip() for one in chosen)
    if (start := row.get("start", "00:00")) != (end := row.get("end", "00:00")):
        yield f"{start}–{end}"
    count = len(row.get("step", ()))
    yield view.say(words.ONE_STEP) if count == 1 else view.say(words.STEPS, count=count)


def _classes(view: View, documents: Documents) -> dict[str, str]:
    return {id_: name_of_row(view, row) for id_, row in entries(CLASSES, documents).items()}


def _of_account(view: View, _documents: Documents, row: Row) -> str:
    def said() -> Iterator[str]:
        if row.get("enabled") is False:
            yield view.say(words.OFF)
        kind = KINDS.get(str(row.get("kind")))
        yield view.name(kind.label) if kind is not None else str(row.get("kind", ""))
        duties = {one.value: text for one, text in words.DUTIES.items()}
        yield view.say(duties[str(row.get("duties", "all"))])
        yield view.say(words.ORDER, order=row.get("order", 50))

    return listed(view, said())


def _of_approval(view: View, documents: Documents, row: Row) -> str:
    accounts = entries_of(view, documents, "account")
    reviews = {one.value: text for one, text in words.REVIEWS.items()}
    return listed(
        view,
        (
            accounts.get(str(row.get("account")), str(row.get("account", ""))),
            _event(view, row),
            _language(view, row),
            view.say(reviews[str(row.get("review", "draft"))]),
        ),
    )


def _of_wording(view: View, _documents: Documents, row: Row) -> str:
    text = str(row.get("text", ""))
    media = {one.value: text for one, text in notify.MEDIA.items()}
    medium = media.get(str(row.get("medium", "")))
    return listed(
        view,
        (
            _event(view, row),
            _language(view, row),
            view.say(medium) if medium is not None else view.say(common.ALL),
            text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…",
        ),
    )


def _event(view: View, row: Row) -> str:
    event = EVENTS.get(str(row.get("event")))
    return view.name(event.label) if event is not None else str(row.get("event", ""))


def _language(view: View, row: Row) -> str:
    text = notify.LANGUAGES.get(str(row.get("language", "zh")))
    return view.say(text) if text is not None else str(row["language"])


def _offered(view: View, around: Around, field: SettingField) -> Offered:
    match field.keys:
        case ("classes",):
            return _classes(view, around.documents)
        case ("kind",):
            return {name: view.name(kind.label) for name, kind in KINDS.items()}
        case ("account",):
            return entries_of(view, around.documents, "account")
        case ("event",):
            return {event.id: view.name(event.label) for event in EVENTS.values()}
        case ("variable", int(), "source"):
            return _variables(view, around.row)
        case _:
            return offered(view, around, field)


def _variables(view: View, row: Row) -> Mapping[str, str]:
    """Of its event; all before one was chosen."""
    event = EVENTS.get(str(row.get("event")))
    names = event.variables if event is not None else tuple(VARIABLES)
    return {one: f"{view.name(VARIABLES[one])} {{{one}}}" for one in names}


POLICIES = EntryKind(
    "/configuration/policies", "policy", "notify.toml", lambda _row: PolicyTable, words.POLICIES,
    words.POLICIES_HINT, words.NEW_POLICY, words.MEANS, _of_policy, offered=_offered,
)  # fmt: skip
ACCOUNTS = EntryKind(
    "/configuration/accounts", "account", "notify.toml", lambda row: table_of(str(row.get("kind", ""))),
    words.ACCOUNTS, words.ACCOUNTS_HINT, words.NEW_ACCOUNT, words.CHANNEL, _of_account, offered=_offered,
    under=account,
)  # fmt: skip
APPROVALS = EntryKind(
    "/configuration/approvals", "approval", "notify.toml", lambda _row: ApprovalTable, words.APPROVALS,
    words.APPROVALS_HINT, words.NEW_APPROVAL, words.STATE_OF_REVIEW, _of_approval, offered=_offered,
    under=approval,
)  # fmt: skip
WORDINGS = EntryKind(
    "/configuration/wordings", "wording", "notify.toml", lambda _row: WordingTable, words.WORDINGS,
    words.WORDINGS_HINT, words.NEW_WORDING, words.SAYS, _of_wording, offered=_offered, under=wording,
)  # fmt: skip
NOTIFY_KINDS = (POLICIES, ACCOUNTS, APPROVALS, WORDINGS)

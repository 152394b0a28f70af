"""Whether each account works: what waits, what went today and what it cost, which templates are missing."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from markupsafe import Markup
from nicegui import ui

from actors.channels.query import QueryFailed
from actors.said import in_language
from business.notifier.channels.catalogue import KINDS
from business.notifier.commands import MANAGE
from business.notifier.messages import AccountRow, Accounts, ReadAccounts
from business.notifier.people import PERSONAL
from business.notifier.templates import Missing, missing
from config.notification import Account
from hmi import drawing
from hmi.editing import button, empty
from hmi.pages.notify import telling
from hmi.pages.notify.asking import asked, away, send_trial
from hmi.pages.notify.log import address
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import notify, notify_forms
from hmi.words import notify_pages as words

READ_S: Final = 10.0
_WARNING: Final = Markup('<p class="warning">{}</p>')


class AccountsPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._accounts: Mapping[str, Account] = view.live.site.notification.accounts
        self._rows: Mapping[str, AccountRow] = {}
        self._directory_ns = 0
        self._trouble = EMPTY
        self._turn = 0

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(words.ACCOUNTS)):
            html(Markup('<p class="sub">{}</p>').format(view.say(words.ACCOUNTS_HINT)))
            html(view.block(self._warnings, lambda: self._turn))
            html(view.block(self._table, lambda: self._turn))
            ui.timer(READ_S, self._read, immediate=False)
        view.on("test", MANAGE, self._test)

    async def _read(self) -> None:
        try:
            found = await asked(self._view, ReadAccounts(), Accounts)
        except QueryFailed as error:
            self._rows, self._trouble = {}, away(self._view, error)
        else:
            self._rows = {one.account: one for one in found.rows}
            self._directory_ns, self._trouble = found.directory_ns, EMPTY
        self._turn += 1

    async def _test(self, name: str) -> None:
        account = self._accounts.get(name)
        kind = KINDS.get(account.kind) if account is not None else None
        if kind is not None and await send_trial(self._view, name, kind.medium):
            await self._read()

    # -- what somebody has to see to

    def _warnings(self) -> Markup:
        return self._trouble + EMPTY.join(_WARNING.format(text) for text in self._troubles())

    def _troubles(self) -> Iterator[str]:
        view = self._view
        if not self._trouble and not self._directory_ns:
            yield view.say(words.NO_DIRECTORY)
        lacking = missing(view.live.site.notification)
        for (account, language), members in groupby(lacking, lambda one: (one.account, one.language)):
            yield view.say(
                words.MISSING,
                account=telling.account(view, account),
                events=view.listed(self._event(one) for one in members),
                spoken=view.say(notify.LANGUAGES[language]),
            )

    def _event(self, one: Missing) -> str:
        view, event = self._view, telling.event(self._view, one.event)
        if one.review is None:
            return event
        return view.say(words.IN_REVIEW, event=event, review=view.say(notify_forms.REVIEWS[one.review]))

    # -- the accounts

    def _table(self) -> Markup:
        view = self._view
        if not self._accounts:
            return empty(view, words.NO_ACCOUNTS)
        heads = (
            ("", words.ACCOUNT), ("hide-small", words.CHANNEL), ("", words.STATE), ("tight", words.WAITING),
            ("tight", words.TODAY), ("tight", words.FAILED_TODAY), ("tight", words.COST_TODAY),
            ("tight hide-small", words.LAST), ("tight", None),
        )  # fmt: skip
        known = ""
        if self._directory_ns:
            time = drawing.date_and_clock(view.zone, self._directory_ns)
            known = view.say(words.DIRECTORY_AT, time=time)
        in_order = sorted(self._accounts.values(), key=lambda one: (one.kind, one.order))
        shown = table(telling.heads(view, heads), map(self._row, in_order))
        return shown + Markup('<p class="sub">{}</p>').format(known)

    def _row(self, account: Account) -> Markup:
        view, kind = self._view, KINDS.get(account.kind)
        row = self._rows.get(account.id)
        counts = row or AccountRow(account.id, "", 0, 0, 0, 0, 0, 0, is_dear=False)
        failed = address(account=account.id, state="failed")
        # A speaker is nobody's own.
        is_own = kind is not None and kind.medium in PERSONAL
        can_test = is_own and account.enabled and view.can(MANAGE)
        test = button(view, "test", account.id, words.TEST) if can_test else EMPTY
        return Markup(
            '<tr data-account="{}"><td><b>{}</b> <small>{}</small></td><td class="hide-small">{}</td>'
            "<td>{}</td>"
            '<td class="tight number">{}</td><td class="tight number">{}</td>'
            '<td class="tight number"><a href="{}">{}</a></td><td class="tight number">{}</td>'
            '<td class="tight hide-small">{}</td><td class="tight">{}</td></tr>'
        ).format(
            account.id,
            view.name(account.name),
            view.say(notify_forms.DUTIES[account.duties]),
            view.name(kind.label) if kind is not None else account.kind,
            self._state(account, row),
            counts.waiting,
            counts.handed_today,
            failed,
            counts.failed_today,
            self._cost(account, counts),
            drawing.moment(view.zone, counts.last_ns, view.live.wall_ns()),
            test,
        )

    def _state(self, account: Account, row: AccountRow | None) -> Markup:
        view = self._view
        if not account.enabled:
            return Markup("{}").format(view.say(words.OFF))
        if row is None:
            return Markup('<span class="sub">{}</span>').format(view.say(words.NOT_RUNNING))
        if row.problem:
            since = view.say(
                words.WRONG_SINCE, time=drawing.moment(view.zone, row.since_ns, view.live.wall_ns())
            )
            return Markup('<span class="problem">{}</span> <small>{}</small>').format(
                in_language(row.problem, view.language), since
            )
        return Markup("{}").format(view.say(words.WORKS if row.last_ns else words.UNKNOWN))

    def _cost(self, account: Account, row: AccountRow) -> Markup:
        view, cost = self._view, telling.money(row.cost_today)
        if account.cost_a_day:
            cost = f"{cost} / {telling.money(account.cost_a_day)}"
        if not row.is_dear:
            return Markup("{}").format(cost)
        return Markup('{}<br><span class="problem">{}</span>').format(cost, view.say(words.IS_DEAR))


async def accounts(view: View) -> None:
    await AccountsPage(view).draw()

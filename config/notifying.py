"""Resolves what a site says of notification: policies, accounts, approvals, wordings."""

from collections.abc import Mapping

from config.entries import Entries, named
from config.hours import Hours
from config.notification import (
    Account,
    Approval,
    Medium,
    Notification,
    NotificationSettings,
    NumberLimit,
    Policy,
    Progress,
    Step,
    Variable,
    Wording,
)
from config.notify_events import EVENTS, variables_of
from config.notify_schema import AccountTable, ApprovalTable, NotificationTable, PolicyTable, WordingTable
from config.problems import Problems, Where
from config.site import Site

SHORTEST_REPEAT_S = 10


def notification(site: Site, entries: Entries, problems: Problems) -> Notification:
    """What is wrong with it is added to `problems`."""
    accounts = _accounts(entries, problems)
    return Notification(
        policies=_policies(site, entries, problems),
        accounts=accounts,
        approvals=_approvals(accounts, entries, problems),
        wordings=_wordings(entries, problems),
    )


def settings_of(table: NotificationTable) -> NotificationSettings:
    return NotificationSettings(
        link_address=table.link_address.rstrip("/"),
        code_minutes=table.code_minutes,
        digest_s=table.digest_s,
        digest_after=table.digest_after,
        quiet=Hours(minutes(table.quiet_from), minutes(table.quiet_to)),
        drill=table.drill,
        test_day=table.test_day,
        test_minute=minutes(table.test_time),
        silent_receivers=tuple(table.silent_receivers),
    )


def minutes(time: str) -> int:
    """Of the day, of HH:MM."""
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)


def _policies(site: Site, entries: Entries, problems: Problems) -> tuple[Policy, ...]:
    found = named(entries["policy"], PolicyTable, "policy", problems)
    for table in found.tables.values():
        _check(table, site, found.known[table.id], problems)
    in_order = sorted(found.tables.values(), key=lambda table: table.order)
    return tuple(_policy(table) for table in in_order)


def _check(table: PolicyTable, site: Site, where: Where, problems: Problems) -> None:
    for key, what, known in (
        ("zones", "zone", site.zones),
        ("subsystems", "subsystem", site.subsystems),
        ("classes", "alarm class", site.classes),
    ):
        for at, name in enumerate(getattr(table, key)):
            if name not in known:
                problems.unknown(where.at(key, at), what, name, known)
    if not table.step:
        problems.add(
            where.at("step"), None, f"policy {table.id} tells nobody", "Add a [[policy.step]]",
            zh=f"策略 {table.id} 没有步骤，不会通知任何人；请至少加一步",
        )  # fmt: skip
    for at, step in enumerate(table.step):
        if step.repeats and step.every_s < SHORTEST_REPEAT_S:
            problems.add(
                where.at("step", at, "every_s"), step.every_s,
                f"step {at + 1} repeats every {step.every_s:g} s, at least {SHORTEST_REPEAT_S} s",
                f"Write every_s = {SHORTEST_REPEAT_S} or more, or repeats = 0",
                zh=f"第 {at + 1} 步每 {step.every_s:g} s 重复，至少 {SHORTEST_REPEAT_S} s；请改大间隔",
            )  # fmt: skip
        if step.in_order and 0 < len(step.media) < 2:
            problems.add(
                where.at("step", at, "in_order"), "true", f"step {at + 1} has one medium and needs no order",
                "Name two media or more, or none for each person's own, or leave in_order out",
                zh=f"第 {at + 1} 步只有一种方式，无须依次；请多选几种，或去掉“依次”",
            )  # fmt: skip


def _policy(table: PolicyTable) -> Policy:
    promises = {
        Progress.ACKNOWLEDGED: table.promises.acknowledged_s,
        Progress.ON_THE_WAY: table.promises.on_the_way_s,
        Progress.ON_SITE: table.promises.on_site_s,
    }
    start, end = minutes(table.start), minutes(table.end)
    return Policy(
        id=table.id,
        name=table.name.text(),
        team=table.team,
        steps=tuple(
            Step(
                one.after_s, one.audience, one.team, tuple(one.media), one.in_order, one.wait_s,
                one.repeats, one.every_s,
            )
            for one in table.step
        ),
        stops=frozenset(table.stops),
        again_s=table.again_s,
        promises_s={stage: limit_s for stage, limit_s in promises.items() if limit_s},
        priorities=frozenset(one.rank for one in table.priorities),
        zones=frozenset(table.zones),
        subsystems=frozenset(table.subsystems),
        classes=frozenset(table.classes),
        days=tuple(table.days),
        hours=Hours(start, end or 1440),
        enabled=table.enabled,
    )  # fmt: skip


def _accounts(entries: Entries, problems: Problems) -> dict[str, Account]:
    found = named(entries["account"], AccountTable, "account", problems)
    return {
        table.id: Account(
            table.id,
            table.name.text(),
            table.kind,
            table.order,
            table.duties,
            table.per_minute,
            tuple(NumberLimit(one.most, one.within_s, one.equal) for one in table.limit),
            round(table.cost_each * 100),
            round(table.cost_a_day * 100),
            tuple(table.languages),
            table.options,
            table.enabled,
        )
        for table in found.tables.values()
    }


def _approvals(accounts: Mapping[str, Account], entries: Entries, problems: Problems) -> tuple[Approval, ...]:
    found = named(entries["approval"], ApprovalTable, "approval", problems)
    known = {str(entry.table.get("id")) for entry in entries["account"]}
    for table in found.tables.values():
        where = found.known[table.id]
        if table.account not in known:
            problems.unknown(where.at("account"), "account", table.account, accounts)
        event = EVENTS.get(table.event)
        if event is None:
            problems.unknown(where.at("event"), "event", table.event, EVENTS)
            continue
        for at, one in enumerate(table.variable):
            if one.source not in event.variables:
                problems.unknown(where.at("variable", at, "source"), "variable", one.source, event.variables)
    return tuple(
        Approval(
            table.id,
            table.account,
            table.event,
            table.language,
            table.template,
            tuple(Variable(one.name, one.source, one.most, one.kind) for one in table.variable),
            table.review,
            table.remark,
        )
        for table in found.tables.values()
    )


def _wordings(entries: Entries, problems: Problems) -> tuple[Wording, ...]:
    found = named(entries["wording"], WordingTable, "wording", problems)
    for table in found.tables.values():
        where = found.known[table.id]
        event = EVENTS.get(table.event)
        if event is None:
            problems.unknown(where.at("event"), "event", table.event, EVENTS)
            continue
        for key in ("subject", "text"):
            _check_text(getattr(table, key), event.variables, where.at(key), problems)
    return tuple(
        Wording(
            table.id, table.event, table.language, Medium(table.medium) if table.medium else None,
            table.subject, table.text,
        )
        for table in found.tables.values()
    )  # fmt: skip


def _check_text(text: str, known: tuple[str, ...], where: Where, problems: Problems) -> None:
    names = "、".join(f"{{{one}}}" for one in known)
    try:
        used = variables_of(text)
    except ValueError as error:
        problems.add(
            where, text, f"{error} is no variable", f"Write variables as {names}, and a brace itself twice",
            zh=f"{error} 不是变量；可用 {names}；花括号本身写两次",
        )  # fmt: skip
        return
    for name in used:
        if name not in known:
            problems.unknown(where, "variable", name, known)

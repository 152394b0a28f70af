"""Resolves what a site says of notification: policies, accounts, approvals, wordings."""

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
from config.notify_checks import check_approvals, check_policy, check_wordings
from config.notify_schema import AccountTable, ApprovalTable, NotificationTable, PolicyTable, WordingTable
from config.problems import Problems
from config.site import Site


def notification(site: Site, entries: Entries, problems: Problems) -> Notification:
    """What is wrong with it is added to `problems`."""
    return Notification(
        policies=_policies(site, entries, problems),
        accounts=_accounts(entries, problems),
        approvals=_approvals(entries, problems),
        wordings=_wordings(entries, problems),
    )


def settings_of(table: NotificationTable) -> NotificationSettings:
    return NotificationSettings(
        link_address=table.link_address.rstrip("/"),
        code_minutes=table.code_minutes,
        digest_s=table.digest_s,
        digest_after=table.digest_after,
        quiet=_hours(table.quiet_from, table.quiet_to),
        drill=table.drill,
        test_day=table.test_day,
        test_minute=minutes(table.test_time),
        silent_receivers=tuple(table.silent_receivers),
    )


def _hours(start: str, end: str) -> Hours | None:
    """None where both are the same."""
    return Hours(minutes(start), minutes(end)) if start != end else None


def minutes(time: str) -> int:
    """Of the day, of HH:MM."""
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)


def _policies(site: Site, entries: Entries, problems: Problems) -> tuple[Policy, ...]:
    found = named(entries["policy"], PolicyTable, "policy", problems)
    for table in found.tables.values():
        check_policy(table, site, found.known[table.id], problems)
    in_order = sorted(found.tables.values(), key=lambda table: table.order)
    return tuple(_policy(table) for table in in_order)


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


def _approvals(entries: Entries, problems: Problems) -> tuple[Approval, ...]:
    found = named(entries["approval"], ApprovalTable, "approval", problems)
    # Also those that are wrong otherwise: what is said there is enough.
    known = {str(entry.table.get("id")): None for entry in entries["account"]}
    check_approvals(found, known, problems)
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
    check_wordings(found, problems)
    return tuple(
        Wording(
            table.id, table.event, table.language, Medium(table.medium) if table.medium else None,
            table.subject, table.text,
        )
        for table in found.tables.values()
    )  # fmt: skip

"""What policies, approvals and wordings may not say, beyond what their tables already demand."""

from collections.abc import Iterable

from config.entries import Named
from config.notification import Audience, Medium, Review
from config.notify_events import EVENTS, variables_of
from config.notify_schema import ApprovalTable, NotifyStepTable, PolicyTable, WordingTable
from config.problems import Problems, Where
from config.site import Site

SHORTEST_REPEAT_S = 10
_OF_PHONES = {Medium.VOICE, Medium.SMS}


def check_policy(table: PolicyTable, site: Site, where: Where, problems: Problems) -> None:
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
    if table.again_s and not table.stops:
        problems.add(
            where.at("again_s"), table.again_s,
            f"policy {table.id} begins anew after {table.again_s:g} s and nothing ever stops it",
            "Write again_s = 0, or name in stops what ends the calls",
            zh=f"策略 {table.id} 在 {table.again_s:g} s 后再来一轮，却没有任何情况使它停止；请把“再来一轮”"
            "改为 0，或选择停止的情况",
        )  # fmt: skip
    for at, step in enumerate(table.step):
        _check_step(step, at + 1, where.at("step", at), problems)


def _check_step(step: NotifyStepTable, number: int, where: Where, problems: Problems) -> None:
    if step.repeats and step.every_s < SHORTEST_REPEAT_S:
        problems.add(
            where.at("every_s"), step.every_s,
            f"step {number} repeats every {step.every_s:g} s, at least {SHORTEST_REPEAT_S} s",
            f"Write every_s = {SHORTEST_REPEAT_S} or more, or repeats = 0",
            zh=f"第 {number} 步每 {step.every_s:g} s 重复，至少 {SHORTEST_REPEAT_S} s；请改大间隔",
        )  # fmt: skip
    if step.in_order and len(step.media) == 1:
        problems.add(
            where.at("in_order"), "true", f"step {number} has one medium and needs no order",
            "Name two media or more, or none for each person's own, or leave in_order out",
            zh=f"第 {number} 步只有一种方式，无须依次；请多选几种，或去掉“依次”",
        )  # fmt: skip
    if step.audience is Audience.PHONE and step.media and not _OF_PHONES & {*step.media}:
        problems.add(
            where.at("media"), ", ".join(step.media),
            f"step {number} reaches no duty phone by {', '.join(step.media)}",
            "Name voice or sms, or none for both",
            zh=f"第 {number} 步的方式到不了值班电话；请选电话或短信，都不选为两者",
        )  # fmt: skip


def check_approvals(found: Named[ApprovalTable], accounts: Iterable[str], problems: Problems) -> None:
    used: dict[tuple[str, str, str], str] = {}
    for table in found.tables.values():
        where = found.known[table.id]
        if table.account not in accounts:
            problems.unknown(where.at("account"), "account", table.account, accounts)
        event = EVENTS.get(table.event)
        if event is None:
            problems.unknown(where.at("event"), "event", table.event, EVENTS)
            continue
        for at, one in enumerate(table.variable):
            if one.source not in event.variables:
                problems.unknown(where.at("variable", at, "source"), "variable", one.source, event.variables)
        names = [one.name for one in table.variable]
        for at, name in enumerate(names):
            if name in names[:at]:
                problems.add(
                    where.at("variable", at, "name"), name, f"variable {name!r} is filled twice",
                    "Name each variable of the provider's template once",
                    zh=f"变量 {name!r} 写了两次；服务商模板中的每个变量只写一次",
                )  # fmt: skip
        means = (table.account, table.event, table.language)
        if table.review is Review.APPROVED and (first := used.setdefault(means, table.id)) != table.id:
            problems.add(
                where.at("review"), table.review.value,
                f"approvals {first} and {table.id} are both in use for {table.event} ({table.language}) at "
                f"{table.account}",
                "Leave one approved, and set the other to draft or remove it",
                zh=f"{first} 与 {table.id} 都已通过，用于同一渠道 {table.account}、事件 {table.event}、语言 "
                f"{table.language}；请只留一个，另一个改为草稿或删除",
            )  # fmt: skip


def check_wordings(found: Named[WordingTable], problems: Problems) -> None:
    used: dict[tuple[str, str, str], str] = {}
    for table in found.tables.values():
        where = found.known[table.id]
        event = EVENTS.get(table.event)
        if event is None:
            problems.unknown(where.at("event"), "event", table.event, EVENTS)
            continue
        for key in ("subject", "text"):
            _check_text(getattr(table, key), event.variables, where.at(key), problems)
        means = (table.event, table.language, table.medium)
        if (first := used.setdefault(means, table.id)) != table.id:
            problems.add(
                where.at("event"), table.event,
                f"wordings {first} and {table.id} say the same event in the same language by the same medium",
                "Change the medium or language of one, or remove it",
                zh=f"{first} 与 {table.id} 的事件、语言和方式都相同；请改其中一个的方式或语言，或删除它",
            )  # fmt: skip


def _check_text(text: str, known: tuple[str, ...], where: Where, problems: Problems) -> None:
    names = "、".join(f"{{{one}}}" for one in known)
    try:
        used = variables_of(text)
    except ValueError as error:
        problems.add(
            where, text, f"{error} is no variable",
            f"Write variables as {names.replace('、', ', ')}, and a brace itself twice",
            zh=f"{error} 不是变量；可用 {names}；花括号本身写两次",
        )  # fmt: skip
        return
    for name in used:
        if name not in known:
            problems.unknown(where, "variable", name, known)

"""Writes the data dictionary of the manuals from the models: `python -m scripts.data_dictionary`."""

import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Final

from sqlalchemy import Column, Table

import business
from business.database import Base
from business.dictionaries.seed import SEED
from business.property.entities import ENTITIES
from business.registry.declare import Field
from config.text import Text
from hmi.manual import FOLDER

LANGUAGES: Final = ("zh", "en")
TABLES: Final = {
    "access_shipped": Text("已预置的权限", "Permissions given once"),
    "access_version": Text("权限版本", "Version of access"),
    "alarm_orders": Text("报警工单", "Work orders of alarms"),
    "alarm_orders_awaited": Text(
        "报警工单：等待持续时间", "Alarms that get an order if they still stand later"
    ),
    "alarm_orders_followed": Text("报警工单：跟踪位置", "How far alarms are taken over into orders"),
    "alarm_report_files": Text("报警报告的文件", "Files of alarm reports"),
    "alarm_reports": Text("报警报告", "Alarm reports"),
    "audit_changes": Text("审计：变更内容", "Audit: changes"),
    "audit_cuts": Text("审计：已清理的开头", "Audit: beginnings given up as old"),
    "audit_exports": Text("审计：导出", "Audit: exports"),
    "audit_followed": Text("审计：设备命令跟踪位置", "Audit: how far commands to the plant are taken over"),
    "audit_records": Text("审计记录", "Audit records"),
    "code_requests": Text("短信验证码申请", "Requests for codes by phone"),
    "custom_fields": Text("自定义字段", "Fields that a site added"),
    "departments": Text("部门", "Departments"),
    "dictionaries": Text("字典", "Dictionaries"),
    "dictionary_entries": Text("字典项", "Entries of dictionaries"),
    "dictionary_marks": Text("字典预置标记", "What of the dictionaries has shipped"),
    "duplicates": Text("疑似重复档案", "Possible duplicates"),
    "duty_absences": Text("值班：不当值与代班", "Duty: absences and substitutes"),
    "duty_reachable": Text("值班：已确认可联系", "Duty: who has said to be reachable"),
    "erasures": Text("个人信息清除记录", "What was erased of people"),
    "exports": Text("导出文件", "Files of exports"),
    "external_identities": Text("外部身份", "Identities elsewhere"),
    "failed_log_ins": Text("登录失败", "Failed log-ins"),
    "grants": Text("授权", "Grants"),
    "import_failures": Text("导入未通过的行", "Rows that imports refused"),
    "import_layouts": Text("导入列对应", "Remembered layouts of imports"),
    "imports": Text("导入文件", "Files of imports"),
    "job_dues": Text("任务下次运行时间", "When jobs are due"),
    "job_runs": Text("任务运行记录", "Runs of jobs"),
    "job_schedules": Text("任务计划", "Schedules of jobs"),
    "memberships": Text("任职", "Memberships of departments"),
    "menu_entries": Text("菜单项的改动", "Changed entries of the menu"),
    "menu_sections": Text("菜单分组的改动", "Changed sections of the menu"),
    "message_pins": Text("消息：电话应答密码", "Messages: PINs of calls"),
    "message_reach": Text("消息：各人的提醒方式", "Messages: how people are reached"),
    "message_wishes": Text("消息：各人的提醒矩阵", "Messages: by which media people are reached"),
    "numbering_counts": Text("编号计数", "Counters of numbering rules"),
    "numbering_rules": Text("编号规则", "Numbering rules"),
    "old_passwords": Text("历史密码", "Old passwords"),
    "outgoing_tasks": Text("待发消息", "Tasks that wait for the notifier"),
    "pending_log_ins": Text("未完成的登录", "Log-ins under way"),
    "plan_simulations": Text("联动预案的模拟", "Simulations of linkage plans"),
    "posts": Text("岗位", "Posts"),
    "print_templates": Text("打印模板", "Print templates"),
    "print_versions": Text("打印模板版本", "Versions of print templates"),
    "push_subscriptions": Text("浏览器推送订阅", "Browsers to which messages are pushed"),
    "record_tags": Text("档案标签", "Tags of records"),
    "recovery_codes": Text("恢复码", "Recovery codes"),
    "refresh_tokens": Text("刷新令牌", "Refresh tokens"),
    "role_permissions": Text("角色权限", "Permissions of roles"),
    "roles": Text("角色", "Roles"),
    "roster_shifts": Text("排班的班", "Shifts of rosters"),
    "rosters": Text("排班", "Rosters"),
    "saved_views": Text("已存视图", "Saved views"),
    "scopes": Text("组织范围", "Scopes"),
    "screen_codes": Text("展示屏登记码", "Codes for registering screens"),
    "search_entries": Text("搜索索引", "Search entries"),
    "service_keys": Text("服务密钥", "Keys of service accounts"),
    "submissions": Text("待审提交", "Submissions for review"),
    "team_members": Text("班组成员", "Members of teams"),
    "teams": Text("班组", "Teams"),
    "totp_devices": Text("动态口令设备", "Authenticators"),
    "user_sessions": Text("登录会话", "Sessions"),
    "users": Text("用户", "Users"),
    "webhook_cursor": Text("回调：已处理位置", "How far events were handed to webhooks"),
    "webhook_deliveries": Text("回调投递记录", "Deliveries of webhooks"),
    "webhooks": Text("回调订阅", "Webhooks"),
}

_TITLE = Text("数据字典", "Data dictionary")
_INTRODUCTION = Text(
    "本章由程序的数据模型生成。“档案”是业务人员看到的数据；每个档案另有公共字段：内部编号 `id`、"
    "所属范围 `scope_id`、外部编号 `external_id`、版本 `version`、建档、修改和删除时间、"
    "自定义字段 `custom`。以 `_ns` 结尾的列是时间，单位为 UTC 纳秒。",
    "This chapter is generated from the program's models. *Records* are the data that the office works with; "
    "each record also has an internal `id`, the scope to which it belongs (`scope_id`), its id in another "
    "system (`external_id`), a `version`, the times of creation, change and removal, and the fields of the "
    "site (`custom`). Columns that end in `_ns` are times, in nanoseconds of UTC.",
)
_RECORDS = Text("档案", "Records")
_OTHERS = Text("系统表", "Tables of the system")
_CODES = Text("随系统提供的字典", "Dictionaries that come with the program")
_HEADS = (
    Text("字段", "Field"),
    Text("名称", "Label"),
    Text("类型", "Type"),
    Text("说明", "Notes"),
)
_COLUMN_HEADS = (Text("列", "Column"), Text("类型", "Type"), Text("说明", "Notes"))
_CODE_HEADS = (Text("代码", "Code"), Text("名称", "Label"))
_REQUIRED = Text("必填", "required")
_UNIQUE = Text("唯一", "unique")
_SEALED = Text("加密存储", "encrypted at rest")
_MASKED = Text("默认遮挡", "masked")
_DERIVED = Text("由程序计算", "set by the program")
_DICTIONARY = Text("字典 {name}", "dictionary {name}")
_REFERS = Text("引用 {name}", "refers to {name}")
_PURPOSE = Text("个人信息，用途：{name}", "personal, kept for: {name}")
_TABLE = Text("表 `{name}`", "Table `{name}`")
_KEY = Text("主键", "key")
_MAY_BE_EMPTY = Text("可空", "may be empty")


def written(language: str) -> str:
    """The whole chapter."""
    for module in pkgutil.walk_packages(business.__path__, "business."):
        if not module.name.startswith("business.migrations"):
            import_module(module.name)
    return "\n".join([*_lines(language), ""])


def _lines(language: str) -> Iterator[str]:
    def say(text: Text, **names: str) -> str:
        return text.in_language(language).format(**names)

    def table(heads: Iterable[Text], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
        titles = [say(one) for one in heads]
        yield from ("", f"| {' | '.join(titles)} |", "|" + "---|" * len(titles))
        yield from (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)

    yield from ('<a id="data-dictionary"></a>', "", f"# {say(_TITLE)}", "", say(_INTRODUCTION))
    yield from ("", '<a id="records"></a>', "", f"## {say(_RECORDS)}")
    for entity in ENTITIES:
        yield from (
            "",
            _anchor("record", entity.name),
            "",
            f"### {say(entity.label)}",
        )
        yield from ("", say(_TABLE, name=entity.model.__tablename__))
        yield from table(_HEADS, (_field(language, one) for one in entity.fields))
    records = {entity.model.__tablename__ for entity in ENTITIES}
    yield from ("", '<a id="tables"></a>', "", f"## {say(_OTHERS)}")
    for name, one in sorted(Base.metadata.tables.items()):
        if name not in records:
            yield from (
                "",
                _anchor("table", name),
                "",
                f"### {say(TABLES[name])}",
                "",
                say(_TABLE, name=name),
            )
            yield from table(_COLUMN_HEADS, (_column(language, column) for column in _columns(one)))
    yield from ("", '<a id="codes"></a>', "", f"## {say(_CODES)}")
    for shipped in SEED:
        yield from (
            "",
            _anchor("codes", shipped.name),
            "",
            f"### {say(shipped.label)}",
            "",
            f"`{shipped.name}`",
        )
        yield from table(_CODE_HEADS, ((f"`{one.code}`", say(one.label)) for one in shipped.entries))


def _anchor(kind: str, name: str) -> str:
    return f'<a id="{kind}-{name}"></a>'


def _field(language: str, one: Field) -> tuple[str, ...]:
    def say(text: Text, **names: str) -> str:
        return text.in_language(language).format(**names)

    notes = [
        say(text)
        for text, holds in (
            (_REQUIRED, one.required),
            (_UNIQUE, one.unique),
            (_DERIVED, one.derived),
            (_SEALED, one.sealed),
            (_MASKED, one.masked),
        )
        if holds
    ]
    if one.dictionary:
        notes.append(say(_DICTIONARY, name=f"`{one.dictionary}`"))
    if one.reference:
        notes.append(say(_REFERS, name=say(ENTITIES[one.reference].label)))
    if one.sensitive:
        notes.append(say(_PURPOSE, name=say(one.sensitive.purpose)))
    unit = f" ({one.unit})" if one.unit and "（" not in one.type.label.zh else ""
    stop = "；" if language == "zh" else "; "
    return (f"`{one.name}`", say(one.label), say(one.type.label) + unit, stop.join(notes))


def _columns(table: Table) -> Iterable[Column[object]]:
    return table.columns.values()


def _column(language: str, column: Column[object]) -> tuple[str, ...]:
    notes = [_KEY.in_language(language)] if column.primary_key else []
    notes += [_MAY_BE_EMPTY.in_language(language)] if column.nullable else []
    notes += [
        _REFERS.in_language(language).format(name=f"`{one.target_fullname}`") for one in column.foreign_keys
    ]
    stop = "；" if language == "zh" else "; "
    return (f"`{column.name}`", f"`{column.type!r}`".partition("(")[0].strip("`"), stop.join(notes))


def main() -> None:
    for language in LANGUAGES:
        (FOLDER / language / "data-dictionary.md").write_text(written(language), "utf-8")


if __name__ == "__main__":
    main()

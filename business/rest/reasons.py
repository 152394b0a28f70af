"""What pydantic finds wrong with a value, in words of both languages."""

from collections.abc import Mapping
from typing import Any

from actors.said import SEPARATOR, in_language
from config.text import Text

_REASONS: Mapping[str, Text] = {
    "missing": Text("必填", "is required"),
    "extra_forbidden": Text("没有这个字段", "there is no such field"),
    "once": Text("这个参数只能出现一次", "this parameter stands once only"),
    "json_invalid": Text("不是有效的 JSON", "is not valid JSON"),
    "model_attributes_type": Text("须为 JSON 对象", "must be a JSON object"),
    "dict_type": Text("须为 JSON 对象", "must be a JSON object"),
    "list_type": Text("须为数组", "must be an array"),
    "string_type": Text("须为文本", "must be text"),
    "string_unicode": Text("含无效字符", "has invalid characters"),
    "string_too_short": Text("至少 {min_length} 个字符", "has at least {min_length} characters"),
    "string_too_long": Text("最多 {max_length} 个字符", "has at most {max_length} characters"),
    "string_pattern_mismatch": Text("须符合 {pattern}", "must match {pattern}"),
    "too_short": Text("至少 {min_length} 项", "has at least {min_length} items"),
    "too_long": Text("最多 {max_length} 项", "has at most {max_length} items"),
    "int_type": Text("须为整数", "must be an integer"),
    "int_parsing": Text("须为整数", "must be an integer"),
    "int_parsing_size": Text("数字过大", "is too large a number"),
    "int_from_float": Text("须为整数", "must be an integer"),
    "float_type": Text("须为数字", "must be a number"),
    "float_parsing": Text("须为数字", "must be a number"),
    "bool_type": Text("须为 true 或 false", "must be true or false"),
    "bool_parsing": Text("须为 true 或 false", "must be true or false"),
    "greater_than_equal": Text("不能小于 {ge}", "must be at least {ge}"),
    "greater_than": Text("须大于 {gt}", "must be over {gt}"),
    "less_than_equal": Text("不能大于 {le}", "must be at most {le}"),
    "less_than": Text("须小于 {lt}", "must be under {lt}"),
    "enum": Text("须为 {expected} 之一", "must be {expected}"),
    "literal_error": Text("须为 {expected} 之一", "must be {expected}"),
    "union_tag_invalid": Text("须为 {expected_tags} 之一", "must be one of {expected_tags}"),
    "union_tag_not_found": Text("缺少 {discriminator}", "{discriminator} is required"),
    "datetime_type": Text("须为时间，如 2026-03-01T08:00:00Z", "must be a time such as 2026-03-01T08:00:00Z"),
    "datetime_parsing": Text(
        "须为时间，如 2026-03-01T08:00:00Z", "must be a time such as 2026-03-01T08:00:00Z"
    ),
    "datetime_from_date_parsing": Text(
        "须为时间，如 2026-03-01T08:00:00Z", "must be a time such as 2026-03-01T08:00:00Z"
    ),
    "timezone_aware": Text("时间须带时区，如 Z 或 +08:00", "a time needs a zone such as Z or +08:00"),
    "date_parsing": Text("须为日期，如 2026-03-01", "must be a date such as 2026-03-01"),
}
_UNFIT = Text("不符合要求（{type}）", "is unfit ({type})")


def reason(mistake: Mapping[str, Any], language: str) -> str:
    """Of one entry of `ValidationError.errors()`; a ValueError of ours may be said in both languages."""
    context: Mapping[str, Any] = mistake.get("ctx") or {}
    message = str(context.get("error", ""))
    if mistake["type"] == "value_error" and SEPARATOR in message:
        return in_language(message, language)
    known = _REASONS.get(mistake["type"])
    if known is None:
        return _UNFIT.in_language(language).format(type=mistake["type"])
    return known.in_language(language).format(**context)

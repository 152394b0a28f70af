"""What a broker says of a refusal, in Chinese."""

import re
from typing import Final

_CODE: Final = re.compile(r"^\[code:\d+\] ")
_CHINESE: Final = {
    "unspecified error": "未说明的错误",
    "malformed packet": "报文格式错误",
    "protocol error": "协议错误",
    "unsupported protocol version": "不支持该协议版本",
    "connection refused - incorrect protocol version": "不支持该协议版本",
    "client identifier not valid": "客户端标识无效",
    "bad user name or password": "用户名或口令错误",
    "not authorized": "未授权",
    "server unavailable": "服务器不可用",
    "server busy": "服务器忙",
    "banned": "已被禁止",
    "bad authentication method": "认证方式不符",
    "topic filter invalid": "主题过滤器无效",
    "topic name invalid": "主题名无效",
    "packet too large": "报文过长",
    "quota exceeded": "超出配额",
    "payload format invalid": "载荷格式无效",
    "retain not supported": "不支持保留消息",
    "qos not supported": "不支持该 QoS",
    "use another server": "须改用其他服务器",
    "server moved": "服务器已迁移",
    "connection rate exceeded": "连接过于频繁",
    "shared subscriptions not supported": "不支持共享订阅",
    "wildcard subscriptions not supported": "不支持通配符订阅",
    "operation timed out": "超时",
    "the connection was lost.": "连接已断开",
    "connection lost.": "连接已断开",
    "no connection": "没有连接",
    "the client is not currently connected.": "未连接",
}


def chinese(said: object) -> str:
    """Of a reason code or an error of paho's; what is not known stands as it is said."""
    text = str(said)
    return _CHINESE.get(_CODE.sub("", text).strip().lower(), text)

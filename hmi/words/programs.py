"""Words of the pages about other programs: service accounts and webhooks."""

from typing import Final

from business.webhooks.model import DeliveryState
from config.text import Text

ACCOUNTS = Text("服务账号", "Service accounts")
ACCOUNTS_HINT = Text(
    "程序凭密钥登录 /api/v1，角色和范围与人一样授予；接口说明见 /api/v1/docs。",
    "Programs log in to /api/v1 with a key and hold roles as persons do; see /api/v1/docs.",
)
ADD_ACCOUNT = Text("新建服务账号", "Add a service account")
KEYS = Text("密钥", "Keys")
ADD_KEY = Text("新建密钥", "Add a key")
ADD_KEY_TO = Text("为 {user} 新建密钥", "Add a key for {user}")
KEY_NAME = Text("用途，如“生产环境”", "What it is for, such as 'production'")
REVOKE = Text("吊销", "Revoke")
NO_KEYS = Text("没有密钥", "No key")
SECRET_ONCE = Text("请立即抄存，关闭后不再显示", "Keep it now: it is not shown again")
CLOSE = Text("关闭", "Close")

WEBHOOKS = Text("事件推送", "Webhooks")
WEBHOOKS_HINT = Text(
    "已执行的业务命令会推送给这些地址：只说类型、对象和时间，并带签名。",
    "These addresses are told of commands that were carried out: type, objects and time, signed.",
)
ADD_WEBHOOK = Text("新建事件推送", "Add a webhook")
CHANGE_WEBHOOK = Text("修改事件推送", "Change a webhook")
NAME = Text("名称", "Name")
URL = Text("地址，如 https://erp.example.com/hook", "Address, such as https://erp.example.com/hook")
TYPES = Text("事件类型（不选为全部）", "Types of events (none for all)")
ALL_TYPES = Text("全部", "All")
PREFIX = Text("对象开头（可不填），如 house/", "Beginning of objects (may be empty), such as house/")
ENABLED = Text("启用", "Enabled")
CHANGE = Text("修改", "Change")
REMOVE = Text("删除", "Remove")
TRY = Text("测试", "Try")
RENEW = Text("更换密钥", "Renew the secret")
AGAIN = Text("重新推送", "Send again")
ALL_AGAIN = Text("重新推送失败的", "Send the dead again")
DELIVERIES = Text("最近推送", "Last deliveries")
EVENT = Text("事件", "Event")
OBJECTS = Text("对象", "Objects")
ATTEMPTS = Text("次数", "Attempts")
STATES: Final[dict[DeliveryState, Text]] = {
    DeliveryState.WAITING: Text("等待", "Waiting"),
    DeliveryState.DELIVERED: Text("已送达", "Delivered"),
    DeliveryState.DEAD: Text("失败", "Dead"),
}

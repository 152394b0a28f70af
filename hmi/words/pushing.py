"""Words of messages that are pushed to browsers."""

from typing import Final

from config.text import Text

TITLE = Text("推送到此浏览器", "Push to this browser")
HINT = Text(
    "通知会显示在这台电脑或手机上，网页关闭时也会显示；点开通知即打开处理页面，报警须在页面上确认。",
    "Messages appear on this computer or phone, also while no page is open; a click opens the page on which "
    "to answer. Alarms are acknowledged there, never by the message.",
)
SUBSCRIBE = Text("推送到此浏览器", "Push to this browser")
NOT_SET_UP = Text(
    "本站尚未设置浏览器推送；请系统管理员添加“浏览器推送”渠道账号。",
    "Push is not set up here; a system administrator adds an account of the channel Browser push.",
)
NONE = Text("没有接收推送的浏览器", "No browser receives messages")
DEVICE = Text("浏览器", "Browser")
HERE = Text("（本机）", " (this one)")
SINCE = Text("订阅时间", "Since")
REMOVE = Text("移除", "Remove")
TROUBLES: Final[dict[str, Text]] = {
    "unsupported": Text(
        "此浏览器不支持推送，或网页不是通过 https 打开的；请用 https 地址打开，或换一个浏览器。"
        "iPhone 请先把网页“添加到主屏幕”，再从主屏幕打开。",
        "This browser knows no push messages, or the page was not opened by https: use the https address, or "
        "another browser. On an iPhone add the page to the home screen first, and open it from there.",
    ),
    "denied": Text(
        "浏览器没有允许通知；请点地址栏左侧的图标，允许本站的通知后再试。",
        "The browser does not allow messages: allow this site's notifications by the icon left of the "
        "address, then try again.",
    ),
    "failed": Text(
        "没有连上浏览器的推送服务；请检查这台设备的网络，稍后再试，或换一个浏览器。",
        "The browser's push service was not reached: check this device's network and try later, or use "
        "another browser.",
    ),
}

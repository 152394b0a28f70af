"""Words of the page on which people say how they are reached."""

from config.text import Text

REACH = Text("提醒方式", "How I am reached")
REACH_OF = Text("{name} 的提醒方式", "How {name} is reached")
NOBODY = Text("没有用户“{name}”。", "There is no user “{name}”.")
NOT_STAFF = Text("提醒方式只用于员工。", "Only staff are reached by rules of their own.")
MATRIX = Text("哪些事用什么提醒", "What comes by which medium")
MEDIUM = Text("渠道", "Medium")
ADDRESS = Text("号码或地址", "Number or address")
NO_ADDRESS = Text("未登记", "none yet")
SUBSCRIBED = Text("已订阅", "subscribed")
SINCE = Text("从", "From")
UNTIL = Text("到", "To")
TRY = Text("试发", "Test")
TRY_IT = Text("给我试发一条", "Send me a test")
MEDIA = {
    "voice": Text("电话", "Call"),
    "sms": Text("短信", "SMS"),
    "push": Text("推送", "Push"),
    "chat": Text("工作群", "Group chat"),
    "email": Text("邮件", "E-mail"),
}
ALWAYS = Text(
    "紧急报警总会打电话并发短信，任何时间都不能关闭。时刻留空表示全天。",
    "What is critical always comes by call and SMS, at any hour; that cannot be switched off. "
    "Empty hours mean all day.",
)
WHERE = Text(
    "号码和邮箱由安全管理员在“登录安全”中登记。",
    "Numbers and addresses are entered under Log-in security by a security administrator.",
)
REST = Text("免打扰", "Do not disturb")
REST_HINT = Text(
    "这段时间只有紧急报警会响，其余的不打电话、不发短信、不推送。留空表示没有。",
    "In this time only what is critical is loud. Empty for never.",
)
LANGUAGE = Text("消息语言", "Language of messages")
LANGUAGES = {"zh": Text("中文", "Chinese"), "en": Text("英文", "English")}
TELL_ME = Text("也告诉我", "Tell me of these too")
PIN = Text("电话应答密码", "PIN for calls")
PIN_HINT = Text(
    "设置后，接到报警电话要先输入密码，应答才算数。4 到 8 位数字。",
    "Once it is set, an answer in a call counts only after the PIN. 4 to 8 digits.",
)
PIN_SET = Text("已设置。", "It is set.")
NO_PIN = Text("未设置。", "None is set.")
NEW_PIN = Text("新密码", "New PIN")
SET_PIN = Text("设置密码", "Set the PIN")
REMOVE_PIN = Text("取消密码", "Remove the PIN")
HOW_REACHED = Text("提醒方式", "How reached")

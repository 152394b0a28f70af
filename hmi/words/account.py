"""Words of the ways to log in, and of one's own account."""

from typing import Final

from business.identity.model import UserKind
from config.text import Text

# --- logging in
NOT_IN_YET = Text(
    "尚未登录：已启用两步验证的用户请输入验证码；未启用的，用户名或密码不对。",
    "Not logged in yet: with two-step verification, enter your code; without, name or password is wrong.",
)
CODE = Text("验证码", "Code")
CODE_HINT = Text(
    "请输入验证器上的 6 位验证码，或一个恢复码。",
    "Enter the 6 digits of the authenticator, or a recovery code.",
)
LOG_IN_BY_PHONE = Text("短信验证码登录", "Log in with a code by phone")
LOG_IN_ANEW = Text("重新登录", "Log in anew")
PHONE = Text("手机号", "Phone number")
SEND_CODE = Text("发送验证码", "Send a code")
CODE_SENT = Text(
    "如果该号码已登记，验证码已发出，5 分钟内有效。",
    "If the number is registered, a code is on its way; it is good for 5 minutes.",
)
PASSWORD_IS_OVER = Text(
    "您的密码已到期或由管理员重设，请设置新密码后继续。",
    "Your password has expired or was set by an administrator; choose a new one to go on.",
)
PASSWORD_ENDS_SOON = Text("您的密码将在 {days} 天后到期。", "Your password expires in {days} days.")
CONTINUE = Text("继续", "Continue")
ENROLMENT_DEMANDED = Text(
    "本园区要求您使用两步验证，请先启用。", "This site asks you for two-step verification; enable it first."
)

LOG_IN_BY_PROVIDER = Text("使用{provider}登录", "Log in with {provider}")
NO_PROVIDER = Text("没有这个登录服务。", "There is no such way to log in.")
LOG_IN_ENDED = Text(
    "这次登录已失效：请在同一浏览器中重新开始。", "This log-in has ended: begin anew in the same browser."
)
NOT_VOUCHED_FOR = Text("登录服务没有确认您的身份。", "The provider did not say who you are.")
VOUCHED_FOR = Text("身份已确认，正在继续。", "You are recognised; going on.")
PROVIDER_AWAY = Text(
    "{provider}暂时无法确认您的身份；请稍后再试，或用密码登录。",
    "{provider} cannot say who you are at present; try later, or log in with your password.",
)

REGISTER_SCREEN = Text("登记为屏幕", "Register as a screen")
SCREEN_CODE = Text("登记码", "Registration code")
SCREEN_HINT = Text(
    "请输入管理员在“屏幕”页面生成的登记码。登记后此浏览器长期登录，仅可查看。",
    "Enter the code that an administrator made on the page Screens. "
    "This browser then stays logged in, and only shows.",
)
REGISTER = Text("登记", "Register")

# --- registered screens
SCREENS = Text("屏幕", "Screens")
NO_SCREENS = Text("还没有登记的屏幕", "No screen is registered yet")
ADD_SCREEN = Text("登记屏幕", "Add a screen")
NEW_CODE = Text("重新登记", "Register anew")
END_SCREEN = Text("结束登录", "End its session")
SCREEN_SHOWS = Text("显示中，自 {time}", "Showing since {time}")
SCREEN_WAITS = Text("登记码有效至 {time}", "The code is good until {time}")
SCREEN_DARK = Text("未登录", "Not logged in")
SCREEN_CODE_IS = Text(
    "{user} 的登记码：{code}。请在一小时内，在屏幕的登录页面选择“登记为屏幕”并输入；此码只显示这一次。",
    "The code of {user}: {code}. Within an hour choose Register as a screen on the screen's log-in page "
    "and enter it; it is shown this once.",
)

# --- the second factor
SECOND_FACTOR = Text("两步验证", "Two-step verification")
ENROL = Text("启用", "Enable")
REPLACE = Text("更换验证器", "Replace the authenticator")
STOP = Text("停用两步验证", "Disable two-step verification")
SCAN = Text(
    "用验证器应用扫描二维码，或输入下面的密钥", "Scan with an authenticator app, or type the key below"
)
THEN_CODE = Text("输入它显示的 6 位验证码", "Enter the 6 digits that it shows")
RECOVERY_CODES = Text("恢复码", "Recovery codes")
RECOVERY_HINT = Text(
    "手机丢失时，每个恢复码可代替验证码登录一次。请抄下或打印后妥善保管；离开本页后不再显示。",
    "Without your phone, each stands in for a code once. Print or copy them: they are not shown again.",
)
RENEW_RECOVERY = Text("更换恢复码", "Renew recovery codes")
ENABLED_SINCE = Text(
    "已启用，自 {time}；恢复码剩余 {count} 个", "Enabled since {time}; {count} recovery codes left"
)
NOT_ENABLED = Text("未启用", "Not enabled")
DEMANDED = Text("本园区要求您启用", "This site asks it of you")
OWN_PASSWORD = Text("您的密码", "Your password")

# --- one's own account
ACCOUNT = Text("我的账号", "My account")
CONTACT = Text("联系方式", "Contact")
PHONE_KEPT = Text("留空则不变", "Left empty, it stays as it is")
EMAIL = Text("邮箱", "E-mail")
PASSWORD_ENDS = Text("密码有效至 {time}", "The password is good until {time}")
PASSWORD_LASTS = Text("密码不会到期", "The password does not expire")
DEVICES = Text("登录设备", "Sessions")
KINDS: Final[dict[UserKind, Text]] = {
    UserKind.STAFF: Text("员工", "Staff"),
    UserKind.OWNER: Text("业主", "Owner"),
    UserKind.TENANT: Text("租户", "Tenant"),
    UserKind.SERVICE: Text("程序", "Service"),
    UserKind.SCREEN: Text("屏幕", "Screen"),
}
WAY = Text("登录方式", "Way")
WAYS: Final[dict[str, Text]] = {
    "password": Text("密码", "Password"),
    "phone": Text("短信验证码", "Code by phone"),
    "screen": Text("登记码", "Registered screen"),
}


def way(language: str, name: str) -> str:
    """How somebody came in; a provider is called by its own name."""
    known = WAYS.get(name)
    return known.in_language(language) if known else name.partition(":")[2]


# --- security
SECURITY = Text("登录安全", "Log-in security")
LOCKED_OUT = Text("登录锁定", "Locked out")
NOBODY_LOCKED = Text("没有被锁定的用户或地址", "Nobody is locked out")
SUBJECT = Text("用户或地址", "User or address")
FAILURES = Text("失败次数", "Failures")
LOCKED_UNTIL = Text("锁定至", "Until")
UNLOCK = Text("解除锁定", "Unlock")
SUBJECTS: Final[dict[str, Text]] = {
    "user": Text("用户", "User"),
    "address": Text("地址", "Address"),
    "phone": Text("手机号", "Phone number"),
}
IDENTITIES = Text("外部账号", "External accounts")
NO_IDENTITIES = Text("没有外部账号", "There are no external accounts")
PROVIDER = Text("登录服务", "Provider")
LINKED_TO = Text("绑定用户", "User")
CONSENT_WANTED = Text("等待绑定", "Awaits consent")
LINK = Text("绑定", "Link")
LINK_OF = Text("绑定外部账号 {name}", "Link the external account {name}")
DROP = Text("解除", "Drop")
ASKED = Text("首次登录", "First came")
ACCOUNTS = Text("账号", "Accounts")
ACCOUNT_KIND = Text("账号类别", "Kind of account")
EDIT_CONTACT = Text("联系方式", "Contact")
CONTACT_OF = Text("{user} 的联系方式", "Contact of {user}")
RESET_SECOND_FACTOR = Text("重置两步验证", "Reset two-step verification")

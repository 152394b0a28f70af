"""Words of the ways to log in, and of one's own account."""

from typing import Final

from business.identity.model import UserKind
from config.site import Text

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
ACCOUNTS = Text("账号", "Accounts")
ACCOUNT_KIND = Text("账号类别", "Kind of account")
EDIT_CONTACT = Text("联系方式", "Contact")
CONTACT_OF = Text("{user} 的联系方式", "Contact of {user}")
RESET_SECOND_FACTOR = Text("重置两步验证", "Reset two-step verification")

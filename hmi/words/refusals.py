"""Why something was refused."""

from typing import Final

from actors.said import in_language
from business.access import Refusal
from config.text import Text

REFUSALS: Final[dict[Refusal, Text]] = {
    Refusal.NOT_LOGGED_IN: Text("登录已失效，请重新登录", "The session has ended; log in again"),
    Refusal.NOT_RECORDED: Text(
        "数据库无法写入：不能记录的操作不予执行，请检查磁盘和数据库服务器",
        "The database cannot be written, and what cannot be recorded is not carried out; check the disk and"
        " the database server",
    ),
    Refusal.ID_TAKEN: Text(
        "这个命令编号已用于另一条命令，请重新操作",
        "This command's id belongs to another command; do it again",
    ),
    Refusal.VIEW_ONLY: Text("这是登记的屏幕，仅可查看。", "This is a registered screen: it only shows."),
    Refusal.SESSION_LOCKED: Text(
        "多次越权操作，本次登录已锁定，请联系管理员解锁",
        "This session is locked after several attempts beyond your role; ask an administrator to release it",
    ),
    Refusal.NOT_LOCKED: Text("该登录没有被锁定", "That session is not locked"),
    Refusal.IDLE: Text("15 分钟无操作，请重新登录后操作", "Idle for 15 minutes; log in again to operate"),
    Refusal.NOT_PERMITTED: Text("您的角色没有此权限", "Your role does not permit this"),
    Refusal.SWITCHED_OFF: Text(
        "所属模块已停用；请系统管理员在“配置”中启用", "Its module is switched off; see Configuration, Modules"
    ),
    Refusal.LOG_IN_FAILED: Text("用户名或密码不对", "User name or password is wrong"),
    Refusal.LOCKED_OUT: Text(
        "失败 5 次，已锁定；15 分钟后再试", "Locked after 5 failures; try again in 15 minutes"
    ),
    Refusal.NAME_TAKEN: Text("这个用户名已被使用", "The user name is taken"),
    Refusal.NAME_EMPTY: Text("请填写用户名", "A user name is needed"),
    Refusal.UNKNOWN_USER: Text("没有这个用户", "There is no such user"),
    Refusal.UNKNOWN_ROLE: Text("没有这个角色", "There is no such role"),
    Refusal.UNKNOWN_SESSION: Text("没有这个登录", "There is no such session"),
    Refusal.LAST_ADMINISTRATOR: Text(
        "这是最后一个安全管理员，请先任命另一个",
        "This is the last security administrator; appoint another one first",
    ),
    Refusal.ALREADY_STARTED: Text("已有用户，请登录", "Users exist already; log in"),
    Refusal.TOKEN_REUSED: Text(
        "更新令牌已用过一次，本次登录已结束；请重新登录",
        "The refresh token was used before; this session has ended, log in again",
    ),
    Refusal.WRONG_CODE: Text(
        "一次性代码不对，它显示在终端里", "The one-time code is wrong; the terminal shows it"
    ),
    Refusal.WRONG_PASSWORD: Text("旧密码不对", "The old password is wrong"),
    Refusal.PASSWORD_LENGTH: Text("密码须为 10 至 200 个字符", "A password has 10 to 200 characters"),
    Refusal.PASSWORD_CLASSES: Text(
        "密码须含大写、小写、数字、符号中的三类",
        "A password has three of: capitals, small letters, digits, symbols",
    ),
    Refusal.PASSWORD_HAS_NAME: Text("密码不能含用户名", "A password must not contain the user name"),
    Refusal.PASSWORD_COMMON: Text(
        "这个密码太容易猜到，请不要用常见词、年份、连续键位拼凑",
        "This password is easily guessed: do not make it of common words, years or neighbouring keys",
    ),
}


def refusal(language: str, detail: str) -> str:
    """The words for a `Refusal`, or the reader's half of what another process explained itself."""
    try:
        return REFUSALS[Refusal(detail)].in_language(language)
    except ValueError:
        return in_language(detail, language)

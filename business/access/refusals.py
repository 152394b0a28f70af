"""Why a command is refused, where a page has the words for it."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a command is refused, as `CommandResult.detail`; the pages have the words."""

    NOT_LOGGED_IN = "not-logged-in"
    NOT_RECORDED = "not-recorded"
    ID_TAKEN = "id-taken"
    IDLE = "idle"
    VIEW_ONLY = "view-only"
    SESSION_LOCKED = "session-locked"
    NOT_LOCKED = "not-locked"
    NOT_PERMITTED = "not-permitted"
    SWITCHED_OFF = "switched-off"
    LOG_IN_FAILED = "log-in-failed"
    LOCKED_OUT = "locked-out"
    NAME_TAKEN = "name-taken"
    NAME_EMPTY = "name-empty"
    UNKNOWN_USER = "unknown-user"
    UNKNOWN_ROLE = "unknown-role"
    UNKNOWN_SESSION = "unknown-session"
    LAST_ADMINISTRATOR = "last-administrator"
    ALREADY_STARTED = "already-started"
    TOKEN_REUSED = "token-reused"  # noqa: S105  # a reason
    WRONG_CODE = "wrong-code"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105  # a reason
    PASSWORD_LENGTH = "password-length"  # noqa: S105
    PASSWORD_CLASSES = "password-classes"  # noqa: S105
    PASSWORD_HAS_NAME = "password-has-name"  # noqa: S105
    PASSWORD_COMMON = "password-common"  # noqa: S105

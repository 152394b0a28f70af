"""The numbers of the standard by name: object types, properties, errors (ANSI/ASHRAE 135, clause 21)."""

from collections.abc import Mapping, Sequence
from enum import IntEnum

from config.text import Text

_OBJECT_TYPES = (
    "analog-input analog-output analog-value binary-input binary-output binary-value calendar command device "
    "event-enrollment file group loop multi-state-input multi-state-output notification-class program "
    "schedule averaging multi-state-value trend-log life-safety-point life-safety-zone accumulator "
    "pulse-converter event-log global-group trend-log-multiple load-control structured-view access-door "
    "timer access-credential access-point access-rights access-user access-zone credential-data-input "
    "network-security bitstring-value characterstring-value datepattern-value date-value "
    "datetimepattern-value datetime-value integer-value large-analog-value octetstring-value "
    "positive-integer-value timepattern-value time-value notification-forwarder alert-enrollment channel "
    "lighting-output binary-lighting-output network-port elevator-group escalator lift staging audit-log "
    "audit-reporter"
)
OBJECT_TYPES: Mapping[str, int] = {name: number for number, name in enumerate(_OBJECT_TYPES.split())}

PROPERTIES: Mapping[str, int] = {
    "acked-transitions": 0,
    "action": 2,
    "active-text": 4,
    "alarm-value": 6,
    "application-software-version": 12,
    "buffer-size": 126,
    "car-assigned-direction": 448,
    "car-door-command": 449,
    "car-door-status": 450,
    "car-door-text": 451,
    "car-door-zone": 452,
    "car-drive-status": 453,
    "car-load": 454,
    "car-load-units": 455,
    "car-mode": 456,
    "car-moving-direction": 457,
    "car-position": 458,
    "change-of-state-count": 15,
    "cov-increment": 22,
    "current-command-priority": 431,
    "database-revision": 155,
    "deadband": 25,
    "description": 28,
    "device-type": 31,
    "elapsed-active-time": 33,
    "elevator-group": 459,
    "energy-meter": 460,
    "escalator-mode": 462,
    "event-enable": 35,
    "event-state": 36,
    "event-time-stamps": 130,
    "fault-signals": 463,
    "feedback-value": 40,
    "firmware-revision": 44,
    "floor-text": 464,
    "high-limit": 45,
    "inactive-text": 46,
    "last-restart-reason": 196,
    "limit-enable": 52,
    "local-date": 56,
    "local-time": 57,
    "location": 58,
    "log-buffer": 131,
    "enable": 133,
    "low-limit": 59,
    "max-apdu-length-accepted": 62,
    "max-pres-value": 65,
    "min-pres-value": 69,
    "mode": 160,
    "model-name": 70,
    "next-stopping-floor": 476,
    "notification-class": 17,
    "number-of-states": 74,
    "object-identifier": 75,
    "object-list": 76,
    "object-name": 77,
    "object-type": 79,
    "operation-direction": 477,
    "out-of-service": 81,
    "passenger-alarm": 478,
    "polarity": 84,
    "present-value": 85,
    "priority-array": 87,
    "protocol-object-types-supported": 96,
    "protocol-revision": 139,
    "protocol-services-supported": 97,
    "protocol-version": 98,
    "recipient-list": 102,
    "record-count": 141,
    "reliability": 103,
    "relinquish-default": 104,
    "segmentation-supported": 107,
    "setpoint": 108,
    "silenced": 163,
    "state-text": 110,
    "status-flags": 111,
    "system-status": 112,
    "time-delay": 113,
    "total-record-count": 145,
    "tracking-value": 164,
    "units": 117,
    "utc-offset": 119,
    "vendor-identifier": 120,
    "vendor-name": 121,
    "weekly-schedule": 123,
}
"""Those that points are read from; any other by its number."""

LISTS = frozenset({PROPERTIES["fault-signals"]})
"""Properties that hold a list of numbers, which may be empty."""

EVENT_STATES: Mapping[str, int] = {
    name: number
    for number, name in enumerate(
        ["normal", "fault", "offnormal", "high-limit", "low-limit", "life-safety-alarm"]
    )
}

_ERROR_CLASSES: Sequence[Text] = [
    Text("设备", "device"),
    Text("对象", "object"),
    Text("属性", "property"),
    Text("资源", "resources"),
    Text("安全", "security"),
    Text("服务", "services"),
    Text("虚拟终端", "vt"),
    Text("通信", "communication"),
]
_ERROR_CODES: Mapping[int, Text] = {
    0: Text("其他", "other"),
    2: Text("正在组态", "configuration in progress"),
    3: Text("设备忙", "device busy"),
    7: Text("参数互相矛盾", "inconsistent parameters"),
    9: Text("数据类型无效", "invalid data type"),
    13: Text("参数的数据类型无效", "invalid parameter data type"),
    14: Text("时间戳无效", "invalid time stamp"),
    16: Text("缺少必需的参数", "missing required parameter"),
    18: Text("没有空间建立对象", "no space for object"),
    19: Text("没有空间增加列表元素", "no space to add list element"),
    20: Text("没有空间写入属性", "no space to write property"),
    22: Text("该属性不是列表", "property is not a list"),
    25: Text("运行故障", "operational problem"),
    26: Text("口令错误", "password failure"),
    27: Text("不允许读取", "read access denied"),
    29: Text("服务请求被拒绝", "service request denied"),
    30: Text("超时", "timeout"),
    31: Text("没有该对象", "unknown object"),
    32: Text("没有该属性", "unknown property"),
    36: Text("不支持该对象类型", "unsupported object type"),
    37: Text("值超出范围", "value out of range"),
    40: Text("不允许写入", "write access denied"),
    41: Text("不支持该字符集", "character set not supported"),
    42: Text("数组下标无效", "invalid array index"),
    43: Text("COV 订阅失败", "cov subscription failed"),
    44: Text("该属性不支持 COV", "not cov property"),
    45: Text("不支持该可选功能", "optional functionality not supported"),
    46: Text("组态数据无效", "invalid configuration data"),
    47: Text("不支持该数据类型", "datatype not supported"),
    50: Text("该属性不是数组", "property is not an array"),
    58: Text("网络中断", "network down"),
    70: Text("没有该设备", "unknown device"),
    72: Text("值尚未初始化", "value not initialized"),
    73: Text("事件状态无效", "invalid event state"),
    75: Text("日志缓冲区已满", "log buffer full"),
    76: Text("记录已被清除", "logged value purged"),
    79: Text("没有该订阅", "unknown subscription"),
    80: Text("参数超出范围", "parameter out of range"),
    81: Text("没有该列表元素", "list element not found"),
    82: Text("忙", "busy"),
    83: Text("通信已禁用", "communication disabled"),
    85: Text("访问被拒绝", "access denied"),
}
_REJECTIONS: Sequence[Text] = [
    Text("其他", "other"),
    Text("缓冲区溢出", "buffer overflow"),
    Text("参数互相矛盾", "inconsistent parameters"),
    Text("参数的数据类型无效", "invalid parameter datatype"),
    Text("标记无效", "invalid tag"),
    Text("缺少必需的参数", "missing required parameter"),
    Text("参数超出范围", "parameter out of range"),
    Text("参数过多", "too many arguments"),
    Text("枚举值未定义", "undefined enumeration"),
    Text("不支持该服务", "unrecognized service"),
]
_ABORTIONS: Sequence[Text] = [
    Text("其他", "other"),
    Text("缓冲区溢出", "buffer overflow"),
    Text("此状态下 APDU 无效", "invalid apdu in this state"),
    Text("被更高优先级的任务抢占", "preempted by higher priority task"),
    Text("不支持分段", "segmentation not supported"),
    Text("安全错误", "security error"),
    Text("安全级别不足", "insufficient security"),
    Text("窗口大小超出范围", "window size out of range"),
    Text("应用程序应答超时", "application exceeded reply time"),
    Text("资源不足", "out of resources"),
    Text("事务超时", "tsm timeout"),
    Text("APDU 过长", "apdu too long"),
]


class Abortion(IntEnum):
    """Reasons of an abort that mean something to a client."""

    BUFFER_OVERFLOW = 1
    SEGMENTATION_NOT_SUPPORTED = 4
    OUT_OF_RESOURCES = 9
    APDU_TOO_LONG = 11


class Rejection(IntEnum):
    """Reasons of a reject that mean something to a client."""

    OTHER = 0
    BUFFER_OVERFLOW = 1
    TOO_MANY_ARGUMENTS = 7
    UNRECOGNIZED_SERVICE = 9


class ErrorClass(IntEnum):
    DEVICE = 0
    OBJECT = 1
    PROPERTY = 2
    RESOURCES = 3
    SECURITY = 4
    SERVICES = 5


class ErrorCode(IntEnum):
    """Those that mean something to a client."""

    CONFIGURATION_IN_PROGRESS = 2
    DEVICE_BUSY = 3
    OPERATIONAL_PROBLEM = 25
    READ_ACCESS_DENIED = 27
    SERVICE_REQUEST_DENIED = 29
    TIMEOUT = 30
    UNKNOWN_OBJECT = 31
    UNKNOWN_PROPERTY = 32
    UNSUPPORTED_OBJECT_TYPE = 36
    INVALID_ARRAY_INDEX = 42
    PROPERTY_IS_NOT_AN_ARRAY = 50
    OPTIONAL_FUNCTIONALITY_NOT_SUPPORTED = 45


def object_name(type_: int, instance: int) -> str:
    """As a site file writes it: analog-input,3."""
    return f"{_TYPE_NAMES.get(type_, type_)},{instance}"


def property_name(number: int) -> str:
    return _PROPERTY_NAMES.get(number, str(number))


def error_text(class_: int, code: int) -> Text:
    told, why = _of(_ERROR_CLASSES, class_), _ERROR_CODES.get(code) or _unknown(code)
    return Text(f"错误（{told.zh}）：{why.zh}", f"error {told.en}: {why.en}")


def reject_text(reason: int) -> Text:
    why = _of(_REJECTIONS, reason)
    return Text(f"拒绝：{why.zh}", f"reject: {why.en}")


def abort_text(reason: int) -> Text:
    why = _of(_ABORTIONS, reason)
    return Text(f"中止：{why.zh}", f"abort: {why.en}")


def _of(texts: Sequence[Text], number: int) -> Text:
    return texts[number] if number < len(texts) else _unknown(number)


def _unknown(number: int) -> Text:
    """What the standard, or a vendor, has added."""
    return Text(str(number), str(number))


_TYPE_NAMES = {number: name for name, number in OBJECT_TYPES.items()}
_PROPERTY_NAMES = {number: name for name, number in PROPERTIES.items()}

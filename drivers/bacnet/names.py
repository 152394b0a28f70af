"""The numbers of the standard by name: object types, properties, errors (ANSI/ASHRAE 135, clause 21)."""

from collections.abc import Mapping
from enum import IntEnum

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

ERROR_CLASSES = ["device", "object", "property", "resources", "security", "services", "vt", "communication"]
_ERROR_CODES: Mapping[int, str] = {
    0: "other",
    2: "configuration in progress",
    3: "device busy",
    7: "inconsistent parameters",
    9: "invalid data type",
    13: "invalid parameter data type",
    14: "invalid time stamp",
    16: "missing required parameter",
    18: "no space for object",
    19: "no space to add list element",
    20: "no space to write property",
    22: "property is not a list",
    25: "operational problem",
    26: "password failure",
    27: "read access denied",
    29: "service request denied",
    30: "timeout",
    31: "unknown object",
    32: "unknown property",
    36: "unsupported object type",
    37: "value out of range",
    40: "write access denied",
    41: "character set not supported",
    42: "invalid array index",
    43: "cov subscription failed",
    44: "not cov property",
    45: "optional functionality not supported",
    46: "invalid configuration data",
    47: "datatype not supported",
    50: "property is not an array",
    58: "network down",
    70: "unknown device",
    72: "value not initialized",
    73: "invalid event state",
    75: "log buffer full",
    76: "logged value purged",
    79: "unknown subscription",
    80: "parameter out of range",
    81: "list element not found",
    82: "busy",
    83: "communication disabled",
    85: "access denied",
}
_REJECTIONS = [
    "other",
    "buffer overflow",
    "inconsistent parameters",
    "invalid parameter datatype",
    "invalid tag",
    "missing required parameter",
    "parameter out of range",
    "too many arguments",
    "undefined enumeration",
    "unrecognized service",
]
_ABORTIONS = [
    "other",
    "buffer overflow",
    "invalid apdu in this state",
    "preempted by higher priority task",
    "segmentation not supported",
    "security error",
    "insufficient security",
    "window size out of range",
    "application exceeded reply time",
    "out of resources",
    "tsm timeout",
    "apdu too long",
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


def error_text(class_: int, code: int) -> str:
    told = ERROR_CLASSES[class_] if class_ < len(ERROR_CLASSES) else str(class_)
    return f"error {told}: {_ERROR_CODES.get(code, code)}"


def reject_text(reason: int) -> str:
    return f"reject: {_REJECTIONS[reason] if reason < len(_REJECTIONS) else reason}"


def abort_text(reason: int) -> str:
    return f"abort: {_ABORTIONS[reason] if reason < len(_ABORTIONS) else reason}"


_TYPE_NAMES = {number: name for name, number in OBJECT_TYPES.items()}
_PROPERTY_NAMES = {number: name for name, number in PROPERTIES.items()}

"""Status codes (Part 4, 7.39): the quality that each means, and which say that a device is away. Pure."""

from drivers.driver import Quality

GOOD = 0
UNCERTAIN = 0x4000_0000
BAD = 0x8000_0000
CODE = 0xFFFF_0000
"""The low half are flags."""
OVERFLOW = 0x0480
"""DataValue flags: the server's queue overflowed, values before this one are missing."""

NODE_ID_INVALID = 0x8033_0000
NODE_ID_UNKNOWN = 0x8034_0000
NO_MATCH = 0x806F_0000
MONITORED_ITEM_ID_INVALID = 0x8042_0000
TOO_MANY_PUBLISH_REQUESTS = 0x8078_0000
NO_SUBSCRIPTION = 0x8079_0000
TIMEOUT = 0x800A_0000
REQUEST_TIMEOUT = 0x8085_0000
COMMUNICATION_ERROR = 0x8005_0000
REFRESH_IN_PROGRESS = 0x8097_0000
WAITING = 0x8032_0000
"""BadWaitingForInitialData: the server has not heard of the device itself yet."""

AWAY = frozenset({
    COMMUNICATION_ERROR,
    WAITING,
    0x800D_0000,  # BadServerNotConnected
    0x8031_0000,  # BadNoCommunication
    0x808A_0000,  # BadNotConnected
    0x80AD_0000,  # BadDisconnect
    TIMEOUT,
})  # fmt: skip
"""The server cannot reach the device whose values these are."""
MISSING = frozenset({
    NODE_ID_INVALID,
    NODE_ID_UNKNOWN,
    NO_MATCH,
    0x8035_0000,  # BadAttributeIdInvalid
})  # fmt: skip
"""There is no such node, or it holds no value."""
TOO_MUCH = frozenset({
    0x8010_0000,  # BadTooManyOperations
    0x80B8_0000,  # BadRequestTooLarge
    0x80B9_0000,  # BadResponseTooLarge
    0x8008_0000,  # BadEncodingLimitsExceeded
})  # fmt: skip
"""What fewer items in one request may help against."""
PERHAPS_OBEYED = frozenset({TIMEOUT, REQUEST_TIMEOUT, COMMUNICATION_ERROR})
"""Answers to a write that leave its outcome open."""
UNKNOWN_EVENT = 0x809A_0000
ALREADY_ANSWERED = frozenset({0x80CF_0000, 0x80D0_0000})
"""BadConditionBranchAlreadyAcked, BadConditionBranchAlreadyConfirmed: somebody else was faster."""

_QUALITIES = {
    0x408F_0000: Quality.UNCERTAIN_STALE,  # UncertainNoCommunicationLastUsableValue
    0x4090_0000: Quality.UNCERTAIN_STALE,  # UncertainLastUsableValue
    0x4091_0000: Quality.UNCERTAIN_SUBSTITUTED,  # UncertainSubstituteValue
    0x4092_0000: Quality.UNCERTAIN_SUBSTITUTED,  # UncertainInitialValue
    0x4209_0000: Quality.UNCERTAIN_IN_TEST,  # UncertainSimulatedValue
    WAITING: Quality.BAD_NOT_READ,
    0x803E_0000: Quality.BAD_ADDRESS,  # BadNotFound
    0x8036_0000: Quality.BAD_ADDRESS,  # BadIndexRangeInvalid
    0x8037_0000: Quality.BAD_ADDRESS,  # BadIndexRangeNoData
    0x803A_0000: Quality.BAD_ADDRESS,  # BadNotReadable
    0x801F_0000: Quality.BAD_ADDRESS,  # BadUserAccessDenied
    0x803C_0000: Quality.BAD_OUT_OF_RANGE,  # BadOutOfRange
    0x8089_0000: Quality.BAD_ADDRESS,  # BadConfigurationError
    0x808B_0000: Quality.BAD_SENSOR_FAULT,  # BadDeviceFailure
    0x808C_0000: Quality.BAD_SENSOR_FAULT,  # BadSensorFailure
    0x808D_0000: Quality.BAD_SENSOR_FAULT,  # BadOutOfService
    0x809B_0000: Quality.BAD_STALE,  # BadNoData
    0x809D_0000: Quality.BAD_STALE,  # BadDataLost
    0x809E_0000: Quality.BAD_STALE,  # BadDataUnavailable
    0x80B1_0000: Quality.BAD_STALE,  # BadNoDataAvailable
    **dict.fromkeys(MISSING, Quality.BAD_ADDRESS),
}


def quality(status: int) -> Quality:
    """The nearest of ours: uncertain without a known reason is stale, bad without one was not delivered."""
    if not status & 0xC000_0000:
        return Quality.GOOD
    known = _QUALITIES.get(status & CODE)
    if known is not None:
        return known
    return Quality.BAD_COMM_LOSS if status & BAD else Quality.UNCERTAIN_STALE


def overflowed(status: int) -> bool:
    return status & OVERFLOW == OVERFLOW

"""A BACnet device of the older bacpypes, in a process of its own: python old_bacpypes.py HOST:PORT INSTANCE.

Ten analog inputs that hold their instance and a half, an analog value, a binary output, a multi-state value
and a text; it prints a line when it listens.
"""

import sys
from typing import Any

from bacpypes.apdu import SimpleAckPDU
from bacpypes.app import BIPSimpleApplication
from bacpypes.basetypes import DateTime, EventTransitionBits, TimeStamp
from bacpypes.core import run
from bacpypes.errors import ExecutionError
from bacpypes.local.device import LocalDeviceObject
from bacpypes.local.object import (
    AnalogValueCmdObject,
    BinaryOutputCmdObject,
    CharacterStringValueCmdObject,
    MultiStateValueCmdObject,
)
from bacpypes.object import AnalogInputObject, get_datatype, register_object_type
from bacpypes.service.cov import ChangeOfValueServices
from bacpypes.service.object import ReadWritePropertyMultipleServices

VENDOR = 15
STAMPS = get_datatype("analogInput", "eventTimeStamps")
STATES = ("highLimit", "fault", "normal")
"""Into which its inputs went by each transition; the first and the last wait for an acknowledgement."""


class Device(BIPSimpleApplication, ReadWritePropertyMultipleServices, ChangeOfValueServices):  # type: ignore[misc]
    def do_AcknowledgeAlarmRequest(self, apdu: Any) -> None:  # noqa: N802
        """The library has no service for it: as clause 13.5 says."""
        found = self.get_object_id(apdu.eventObjectIdentifier)
        at = {"normal": 2, "fault": 1}.get(apdu.eventStateAcknowledged, 0)
        if found is None:
            raise ExecutionError(errorClass="object", errorCode="unknownObject")
        if apdu.eventStateAcknowledged != STATES[at]:
            raise ExecutionError(errorClass="services", errorCode="invalidEventState")
        if apdu.timeStamp.dict_contents() != found.eventTimeStamps[at + 1].dict_contents():
            raise ExecutionError(errorClass="services", errorCode="invalidTimeStamp")
        if apdu.acknowledgmentSource != "安娜" or apdu.timeOfAcknowledgment.dateTime is None:
            raise ExecutionError(errorClass="services", errorCode="inconsistentParameters")
        acked = list(found.ackedTransitions)
        acked[at] = 1
        found.ackedTransitions = EventTransitionBits(acked)
        self.response(SimpleAckPDU(context=apdu))


@register_object_type(vendor_id=VENDOR)
class AnalogValue(AnalogValueCmdObject):  # type: ignore[misc]
    pass


@register_object_type(vendor_id=VENDOR)
class BinaryOutput(BinaryOutputCmdObject):  # type: ignore[misc]
    pass


@register_object_type(vendor_id=VENDOR)
class MultiState(MultiStateValueCmdObject):  # type: ignore[misc]
    pass


@register_object_type(vendor_id=VENDOR)
class Text(CharacterStringValueCmdObject):  # type: ignore[misc]
    pass


def main(address: str, instance: int) -> None:
    device = LocalDeviceObject(
        objectName="old",
        objectIdentifier=("device", instance),
        maxApduLengthAccepted=1024,
        segmentationSupported="segmentedBoth",
        maxSegmentsAccepted=64,
        vendorIdentifier=VENDOR,
    )
    application = Device(device, address)
    for at in range(10):
        application.add_object(
            AnalogInputObject(
                objectIdentifier=("analogInput", at),
                objectName=f"ai{at}",
                presentValue=at + 0.5,
                statusFlags=[0, 0, 0, 0],
                covIncrement=0.1,
                units="degreesCelsius",
                eventState=STATES[0],
                ackedTransitions=[0, 1, 0],
                eventTimeStamps=STAMPS(
                    [
                        TimeStamp(dateTime=DateTime(date=(126, 11, 20, 5), time=(9, 30, 15, 25))),
                        TimeStamp(sequenceNumber=0),
                        TimeStamp(sequenceNumber=300),
                    ]
                ),
            )
        )
    given = {"statusFlags": [0, 0, 0, 0]}
    application.add_object(
        AnalogValue(
            objectIdentifier=("analogValue", 1), objectName="av1", relinquishDefault=21.5,
            presentValue=21.5, covIncrement=0.1, **given,
        )
    )  # fmt: skip
    application.add_object(
        BinaryOutput(
            objectIdentifier=("binaryOutput", 1), objectName="bo1", relinquishDefault="active",
            presentValue="active", **given,
        )
    )  # fmt: skip
    application.add_object(
        MultiState(
            objectIdentifier=("multiStateValue", 1), objectName="msv1", relinquishDefault=3,
            presentValue=3, numberOfStates=5, **given,
        )
    )  # fmt: skip
    application.add_object(
        Text(
            objectIdentifier=("characterstringValue", 1), objectName="csv1", relinquishDefault="冷水机组",
            presentValue="冷水机组", **given,
        )
    )  # fmt: skip
    print("listening", flush=True)
    run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

"""The simulated twins by protocol: one row for each, for whoever plays a campus."""

from collections.abc import Mapping

from drivers.loading import Loaded
from drivers.twin import TwinType

TWINS: Mapping[str, TwinType] = Loaded(
    {
        "modbus": "drivers.modbus.twin:ModbusTwins",
        "opcua": "drivers.opcua.twin:OpcUaTwins",
        "bacnet": "drivers.bacnet.twin:BacnetTwins",
        "snmp": "drivers.snmp.twin:SnmpTwins",
        "nut": "drivers.nut.twin:NutTwins",
        "mqtt": "drivers.mqtt.twin:MqttTwins",
        "dlt645": "drivers.dlt645.twin:Dlt645Twins",
        "cjt188": "drivers.cjt188.twin:Cjt188Twins",
        "sql": "drivers.database.twin:SqlTwins",
        "http": "drivers.http.twin:HttpTwins",
    }
)

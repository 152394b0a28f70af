"""Protocol clients and their simulated twins. No module here knows what an actor is."""

from collections.abc import Mapping

from config.driver_schema import DriverSchema
from drivers.bacnet.schema import BacnetSchema
from drivers.calc import CalcSchema
from drivers.cjt188.schema import Cjt188Schema
from drivers.database.schema import SqlSchema
from drivers.dlt645.schema import Dlt645Schema
from drivers.driver import DriverType
from drivers.host import HostSchema
from drivers.http.schema import HttpSchema
from drivers.loading import Loaded
from drivers.modbus.schema import ModbusSchema
from drivers.mqtt.schema import MqttSchema
from drivers.nut.schema import NutSchema
from drivers.opcua.schema import OpcUaSchema
from drivers.snmp.schema import SnmpSchema

_SCHEMAS: tuple[DriverSchema, ...] = (
    ModbusSchema(),
    OpcUaSchema(),
    BacnetSchema(),
    SnmpSchema(),
    NutSchema(),
    MqttSchema(),
    Dlt645Schema(),
    Cjt188Schema(),
    SqlSchema(),
    HttpSchema(),
    CalcSchema(),
    HostSchema(),
)
SCHEMAS: Mapping[str, DriverSchema] = {schema.name: schema for schema in _SCHEMAS}

DRIVERS: Mapping[str, DriverType] = Loaded(
    {
        "modbus": "drivers.modbus.driver:Modbus",
        "opcua": "drivers.opcua.driver:OpcUa",
        "bacnet": "drivers.bacnet.driver:Bacnet",
        "snmp": "drivers.snmp.driver:Snmp",
        "nut": "drivers.nut.driver:Nut",
        "mqtt": "drivers.mqtt.driver:Mqtt",
        "dlt645": "drivers.dlt645.driver:Dlt645",
        "cjt188": "drivers.cjt188.driver:Cjt188",
        "sql": "drivers.database.driver:Sql",
        "http": "drivers.http.driver:Http",
        "calc": "drivers.calc:Calc",
        "host": "drivers.host:Host",
    }
)

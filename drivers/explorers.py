"""The explorers by protocol: one row for each that can find something by itself."""

from collections.abc import Mapping

from drivers.exploring import Explorer
from drivers.loading import Loaded

EXPLORERS: Mapping[str, Explorer] = Loaded(
    {
        "opcua": "drivers.opcua.exploring:OpcUaExplorer",
        "bacnet": "drivers.bacnet.exploring:BacnetExplorer",
        "dlt645": "drivers.dlt645.exploring:Dlt645Explorer",
        "cjt188": "drivers.cjt188.exploring:Cjt188Explorer",
        "nut": "drivers.nut.exploring:NutExplorer",
    }
)

"""Words of the property pages."""

from config.site import Text

CHART = Text("房屋分布图", "House chart")
BUILDING = Text("楼栋", "Building")
COLOURED_BY = Text("着色", "Coloured by")
NO_BUILDING = Text("还没有登记楼栋", "No building is registered yet")
NO_FLOOR = Text("未填楼层", "No floor")
NO_UNIT = Text("无单元", "No unit")
UNIT = Text("{unit} 单元", "Unit {unit}")
FLOOR = Text("{floor} 层", "Floor {floor}")
NOT_FILLED_IN = Text("未填写", "Not filled in")
HOUSES_COUNT = Text("{count} 套", "{count} houses")
NO_HOUSES = Text("此楼栋还没有房屋", "No houses in this building yet")

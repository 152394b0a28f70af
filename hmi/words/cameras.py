"""Words of what cameras show."""

from config.text import Text

CALLED_UP = Text("视频联动 {count} 路", "Cameras called up: {count}")
BY_PLAN = Text("{plan} 调出", "called by {plan}")
TO_VERIFY = Text("待核实：{plan}", "to verify: {plan}")
CLOSE = Text("关闭画面", "Close this picture")
CLOSE_ALL = Text("全部关闭", "Close all")
LOST = Text("画面中断", "Picture lost")
NOT_PERMITTED = Text("无权查看画面", "You may not see this picture")
LARGER = Text("打开摄像机页面", "Open the page of the camera")

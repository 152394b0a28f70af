"""Words of the search box and of what it finds."""

from config.text import Text

FIND = Text("综合查询", "Find")
HINT = Text("姓名、房号、电话后四位、车牌…", "Name, house, last four digits, plate…")
NOTHING = Text("没有找到", "Nothing found")
ALL_HITS = Text("查看全部结果", "See all results")
EVERY_KIND = Text("全部类别", "Every kind")
FOUND = Text("找到 {count} 条", "{count} found")
MOST = Text("最多 {count} 条", "At most {count}")
BY_RELEVANCE = Text("按相关程度", "Best first")
BY_NAME = Text("按名称 升序", "By name, ascending")
BY_NAME_DOWN = Text("按名称 降序", "By name, descending")
BY_PLACE = Text("按房号 升序", "By house, ascending")
BY_PLACE_DOWN = Text("按房号 降序", "By house, descending")
TYPE_SOMETHING = Text(
    "输入姓名、拼音首字母、房号（3-2-501、3栋2单元501）、电话后四位或车牌的一部分。",
    "Type a name, a house (3-2-501), the last four digits of a telephone, or a part of a plate.",
)
NOTHING_FITS = Text(
    "没有找到“{sought}”。换一个词，或从左侧列表按条件查询。",
    "Nothing fits “{sought}”. Try another word, or ask for conditions in one of the lists.",
)
OPEN_RECORD = Text("打开档案", "Open the record")
ENDED = Text("已结束", "ended")
SEARCH = Text("查询", "Search")
KIND = Text("类别", "Kind")
ORDER = Text("排序", "Order")
LIMIT = Text("数量", "Number")
OTHERS = Text("另有 {count} 条", "{count} more")
HITS = Text("结果", "Hits")
EVERYTHING_OF = Text("相关信息", "Everything about it")

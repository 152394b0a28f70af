"""Words of the pages about records that may be one thing twice."""

from config.text import Text

DUPLICATES = Text("疑似重复", "Possible duplicates")
HINT = Text(
    "下列两条档案有相同的号码，可能是同一对象登记了两次。请核对后合并，或说明原因后排除。",
    "These records share a number that should be one's own. Compare them; then merge, or say why not.",
)
NONE_WAIT = Text("没有待处理的疑似重复", "Nothing seems to be registered twice")
DISMISSED = Text("已排除", "Dismissed")
WAITING = Text("待处理", "Waiting")
KIND = Text("类别", "Kind")
ALIKE_IN = Text("相同的内容", "Alike in")
OLDER = Text("较早的档案", "The older record")
NEWER = Text("较新的档案", "The newer record")
FOUND = Text("发现时间", "Found")
COMPARE = Text("核对", "Compare")
FIELD = Text("字段", "Field")
STAYS = Text("保留这条", "This one stays")
REFERRED_BY = Text("关联档案", "Records about it")
MERGE = Text("合并", "Merge")
MERGE_HINT = Text(
    "保留的档案取每行所选的值，其空白项用另一条补足；另一条的房屋、车辆等关联转到保留的档案，然后进入回收站。",
    "The one that stays takes the values chosen in each row, and what it lacks from the other; houses, cars "
    "and all else follow to it; the other goes to the recycle bin.",
)
MERGED = Text("已合并", "Merged")
DISMISS = Text("不是重复", "They are two")
DISMISS_REASON = Text("排除原因", "Why they are two")
DISMISSED_BY = Text("排除人", "Dismissed by")
GONE = Text("此对档案已处理或超出您的范围。", "This pair is dealt with, or beyond your reach.")
SAME_VALUE = Text(
    "{label} 与已有档案相同：请先核对，确认不是同一对象后再次保存。",
    "{label} is that of a record already there: look at it; when they are two, save again.",
)

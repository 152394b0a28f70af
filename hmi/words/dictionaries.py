"""Words of the page of dictionaries."""

from typing import Final

from business.dictionaries.model import Colour
from config.text import Text

DICTIONARIES = Text("字典", "Dictionaries")
DICTIONARY = Text("字典", "Dictionary")
ADD_DICTIONARY = Text("新建字典", "Add a dictionary")
RELABEL = Text("改字典名称", "Relabel the dictionary")
REMOVE_DICTIONARY = Text("删除字典", "Remove the dictionary")
ADD_ENTRY = Text("新建字典项", "Add an entry")
EDIT_ENTRY = Text("修改字典项 {code}", "Edit entry {code}")
COLOUR = Text("状态图颜色", "Colour in charts")
NO_ENTRIES = Text("该字典还没有项", "The dictionary has no entries yet")
IN_TITLE = Text("{label}（{count} 项）", "{label} ({count})")
COLOURS: Final[dict[Colour, Text]] = {
    Colour.NONE: Text("无", "None"),
    Colour.GREY: Text("灰", "Grey"),
    Colour.BLUE: Text("蓝", "Blue"),
    Colour.TEAL: Text("青", "Teal"),
    Colour.GREEN: Text("绿", "Green"),
    Colour.YELLOW: Text("黄", "Yellow"),
    Colour.ORANGE: Text("橙", "Orange"),
    Colour.RED: Text("红", "Red"),
    Colour.PURPLE: Text("紫", "Purple"),
}

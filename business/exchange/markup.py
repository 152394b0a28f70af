"""XML in: one element a row, its children (or attributes) the cells, their names the headings.

    <records>
        <record><house>3-2-501</house><owner>张三</owner><owner>李四</owner></record>
        ...
    </records>

The names of root and rows do not matter. A child that comes twice is several values of one cell. A `columns`
element before the rows is no row: the `name`s of its children are headings, even where no row has them.
What `xml_file.write_xml` writes is of this form.
"""

from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from business.exchange.refusal import FileRefused, refused
from business.exchange.sheet import COLUMNS, ROWS, Cell, Row, Sheet, too_many_columns, too_many_rows

DESCRIPTION = "columns"
_DEPTH = 3


def xml_sheet(data: bytes) -> Sheet:
    """Raises FileRefused for what is not of this form."""
    places: dict[str, int] = {}
    try:
        records = list(_records(data, places))
    except DefusedXmlException as cause:
        raise refused(
            "XML 文件含有 DTD 或实体声明，出于安全不予读取；请去掉后再导入",
            "the XML file declares a DTD or entities, which are not read for safety: remove them",
        ) from cause
    except FileRefused:
        raise
    except (ParseError, ValueError, LookupError) as cause:
        if isinstance(cause, ParseError):
            line, column = cause.position
        else:
            line, column = 1, 0
        raise refused(
            f"XML 文件第 {line} 行第 {column + 1} 个字符处有误，请检查该处的标记或编码",
            f"the XML file is wrong at line {line}, character {column + 1}: check its tags or encoding",
        ) from cause
    for record in records:
        for name in record:
            places.setdefault(name, len(places))
    if len(places) > COLUMNS:
        raise too_many_columns(len(places))

    def rows() -> Iterator[Row]:
        yield Row(0, tuple(places))
        for number, record in enumerate(records, start=1):
            cells: list[Cell] = [None] * len(places)
            for name, text in record.items():
                cells[places[name]] = text if text.strip() else None
            yield Row(number, tuple(cells))

    return Sheet("", rows)


def _records(data: bytes, places: dict[str, int]) -> Iterator[dict[str, str]]:
    path: list[Element] = []
    count = 0
    for event, element in iterparse(BytesIO(data), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            path.append(element)
            if len(path) > _DEPTH:
                raise refused(
                    f"XML 文件的层次超过 {_DEPTH} 层；应为 records > record > 字段",
                    f"the XML file is more than {_DEPTH} levels deep: it should be records > record > field",
                )
            continue
        path.pop()
        if len(path) == 1:
            if _plain(element.tag) == DESCRIPTION and not count:
                for column in element:
                    places.setdefault(column.get("name", ""), len(places))
            else:
                count += 1
                if count > ROWS:
                    raise too_many_rows(count)
                yield _record(element)
            path[0].clear()


def _record(element: Element) -> dict[str, str]:
    record = {_plain(name): text for name, text in element.attrib.items()}
    for child in element:
        name, text = _plain(child.tag), child.text or ""
        record[name] = f"{record[name]}\n{text}" if name in record else text
    return record


def _plain(tag: str) -> str:
    """Without its namespace."""
    return tag.rpartition("}")[2]

"""A house is found however its code is written or said (B14's neighbours in the registry)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business.fields.field_type import FieldError
from business.fields.house_code import HouseCode, parse_house_code, search_house_code
from business.fields.registry import made
from tests.business.fields.numbers_of_nobody import house_codes

WHOLE = {
    "3-2-501": (
        "3-2-501", "3栋2单元501", "3号楼2单元501室", "3#-2-501", "3#楼2单元501", "３－２－５０１",
        "3 2 501", "3/2/501",
        " 3 栋 2 单元 501 室 ", "三栋二单元五零一", "三号楼二单元五〇一室", "3幢2门501", "03-02-0501",
        "3栋2单元5层501",
        "3栋-2单元-501", "3—2—501", "3號樓2單元501室", "3号2单元501", "Building 3 Unit 2 Room 501",
        "bldg 3 unit 2 rm 501",
        "三栋两单元五百零一",
    ),
    "A-1203": ("A座1203", "a座1203室", "A-1203", "Ａ座１２０３", "A栋一千二百零三", "A 1203", "A座12层1203"),
    "12-501": ("12号501室", "十二栋501", "12#501", "12-501", "十二号楼五零一"),
    "23-201": ("二十三栋二〇一", "23-201"),
    "10-101": ("十栋一零一", "10#101"),
    "3-12": ("3栋12", "3-12"),
    "紫荆苑3-2-501": ("紫荆苑3栋2单元501", "紫荆苑3-2-501"),
    "一品苑-1203": ("一品苑-1203", "一品苑栋1203"),
    "3-2-12A": ("3-2-12a", "3栋2单元12A室"),
}  # fmt: skip


@pytest.mark.parametrize(("code", "written"), [(code, one) for code, all_ in WHOLE.items() for one in all_])
def test_every_way_of_writing_is_one_code(code: str, written: str) -> None:
    assert str(parse_house_code(written)) == code
    assert made("house_code").parse(written) == code
    assert str(search_house_code(written)) == code


PARTS = {
    "3栋": HouseCode("3"),
    "三号楼": HouseCode("3"),
    "A座": HouseCode("A"),
    "3": HouseCode("3"),
    "3栋2单元": HouseCode("3", "2"),
    "3-2": HouseCode("3", "2"),
    "2单元": HouseCode(None, "2"),
    "501": HouseCode(None, None, "501"),
    "501室": HouseCode(None, None, "501"),
    "501号": HouseCode(None, None, "501"),
    "2单元501": HouseCode(None, "2", "501"),
    "3-501": HouseCode("3", None, "501"),
    "3栋2单元501": HouseCode("3", "2", "501"),
}


@pytest.mark.parametrize(("written", "found"), PARTS.items())
def test_a_search_takes_a_part_of_a_code(written: str, found: HouseCode) -> None:
    assert search_house_code(written) == found


@pytest.mark.parametrize(
    "written", ["", "-", "张三", "13800138000-1-2-3", "501室3栋", "3-2-501-1-9", "粤B·12345", "3@501"]
)
def test_what_is_no_code_finds_nothing(written: str) -> None:
    assert search_house_code(written) is None


@pytest.mark.parametrize("written", ["3栋", "3栋2单元", "501室", "张三", "-", "3-2-501-1", "单元"])
def test_an_incomplete_code_is_refused(written: str) -> None:
    with pytest.raises(FieldError, match="请写成 楼栋-单元-房间（3-2-501）"):
        parse_house_code(written)


def test_a_long_name_of_a_building_is_refused() -> None:
    with pytest.raises(FieldError, match="最多 40 个"):
        made("house_code").parse("A" * 40 + "-2-501")


@given(st.text() | st.text("0123-栋单元室十百零AB# "))
def test_no_search_breaks_it(written: str) -> None:
    found = search_house_code(written)
    assert found is None or str(found)


@given(house_codes())
def test_the_canonical_text_reads_back(code: str) -> None:
    assert str(parse_house_code(code)) == code

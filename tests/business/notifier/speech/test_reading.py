"""What a person would read aloud of numbers, units and codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business.notifier.speech.reading import readable

CHINESE = [
    ("3#冷水机组", "三号冷水机组"),
    ("B2层", "B 二 层"),
    ("出水温度 85.2 ℃", "出水温度 八十五点二摄氏度"),
    ("AHU-01", "A H U 零一"),
    ("KT-3-101 故障", "K T 三 一零一 故障"),
    ("室外 -5℃", "室外 负五摄氏度"),
    ("5~10 ℃", "五至十摄氏度"),
    ("压力1.31MPa", "压力一点三一兆帕"),
    ("湿度 65%", "湿度 百分之六十五"),
    ("流量120m³/h", "流量一百二十立方米每小时"),
    ("380V", "三百八十伏"),
    ("10", "十"),
    ("105", "一百零五"),
    ("1,234 kWh", "一千二百三十四千瓦时"),
    ("100010 kW", "十万零一十千瓦"),
    ("20000", "二万"),
    ("CO2 浓度 1200ppm", "C O 二 浓度 百万分之一千二百"),
    ("PM2.5", "P M 二 点 五"),
    ("2026-03-01 08:05", "二零二六年三月一日 八点零五分"),
    ("18:30:09", "十八点三十分九秒"),
    ("8:00", "八点整"),
    ("UPS 供电", "U P S 供电"),
    ("3-2-501", "三 二 五零一"),
    ("1AL2 配电箱", "一 A L 二 配电箱"),
    ("pump-2", "pump 二"),
    ("高于[[30]]\x07℃", "高于 三十 ℃"),
    ("138001380001380013800", "一三八零零一三八零零零一三八零零一三八零零"),
]
ENGLISH = [
    ("3# chiller", "number 3 chiller"),
    ("No. 3 chiller", "number 3 chiller"),
    ("floor B2", "floor B two"),
    ("supply 85.2 ℃", "supply 85.2 degrees Celsius"),
    ("AHU-01 high-high", "A H U zero one high-high"),
    ("-5°C outside", "minus 5 degrees Celsius outside"),
    ("5~10 kPa", "5 to 10 kilopascals"),
    ("1,234 kWh", "1234 kilowatt hours"),
    ("at 12:30", "at 12:30"),
    ("2026-03-01", "1 March 2026"),
    ("FIRE in HVAC and AHU: pump OFF", "FIRE in HVAC and A H U : pump OFF"),
    ("CO2 > 1200 ppm", "C O two above 1200 parts per million"),
    ("room 3-2-501", "room three two five zero one"),
]


@pytest.mark.parametrize(("written", "said"), CHINESE)
def test_chinese_is_read_as_a_person_reads_it(written: str, said: str) -> None:
    assert readable(written, "zh") == said


@pytest.mark.parametrize(("written", "said"), ENGLISH)
def test_english_is_read_as_a_person_reads_it(written: str, said: str) -> None:
    assert readable(written, "en") == said


@given(st.text(max_size=60), st.sampled_from(["zh", "en"]))
def test_nothing_that_the_synthesiser_would_obey_is_left(text: str, language: str) -> None:
    said = readable(text, language)
    assert not set(said) & set("[]{}|\\^`*_\x00\n\x1b")
    assert said == said.strip()


@given(st.integers(0, 10**12 - 1))
def test_every_number_is_read_back_as_itself(number: int) -> None:
    assert _value(readable(str(number), "zh")) == number


def _value(said: str) -> int:
    """What the numeral means, found the other way round."""
    for name, worth in (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10)):
        high, found, low = said.rpartition(name) if worth > 1000 else said.partition(name)
        if found:
            return (_value(high) if high.strip("零") else 1) * worth + _value(low)
    return int("".join(str("零一二三四五六七八九".index(one)) for one in said) or "0")

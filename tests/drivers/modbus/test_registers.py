"""Planning of reads, and the search for registers that a device does not have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import OptionsError, Quality
from drivers.modbus.refusals import RETRY_S, Refusals
from drivers.modbus.registers import Block, Hole, Kind, ReadLimits, Register, Table, plan

registers_ = st.lists(
    st.builds(
        Register,
        table=st.sampled_from(list(Table)),
        address=st.integers(0, 300),
        kind=st.sampled_from([Kind.UINT16, Kind.FLOAT32, Kind.INT64]),
    ),
    max_size=60,
)
limits_ = st.builds(
    ReadLimits,
    registers=st.integers(4, 125),
    bits=st.integers(1, 2000),
    gap=st.integers(0, 20),
    holes=st.lists(
        st.builds(Hole, st.sampled_from(list(Table)), st.integers(0, 300), st.integers(0, 300)), max_size=3
    ).map(tuple),
)


@given(registers_, limits_)
def test_every_point_is_read_whole_and_exactly_once(registers: list[Register], limits: ReadLimits) -> None:
    blocks = plan(registers, limits)
    assert sorted(column for block in blocks for column in block.columns) == list(range(len(registers)))
    for block in blocks:
        for column in block.columns:
            register = registers[column]
            assert register.table is block.table
            assert block.address <= register.address
            assert register.end <= block.address + block.count


@given(registers_, limits_)
def test_no_read_is_longer_than_allowed_or_bridges_what_it_must_not(
    registers: list[Register], limits: ReadLimits
) -> None:
    for block in plan(registers, limits):
        assert block.count <= limits.of(block.table)
        used = {at for c in block.columns for at in range(registers[c].address, registers[c].end)}
        bridged = [at for at in range(block.address, block.address + block.count) if at not in used]
        for hole in limits.holes:
            assert not any(hole.table is block.table and hole.first <= at <= hole.last for at in bridged)
        if not limits.gap:
            assert not bridged


def test_a_hundred_neighbours_are_one_read() -> None:
    registers = [Register(Table.HOLDING, at, Kind.UINT16) for at in range(100)]
    assert plan(registers, ReadLimits()) == (Block(Table.HOLDING, 0, 100, tuple(range(100))),)


def test_a_point_longer_than_a_read_is_an_error_that_says_so() -> None:
    with pytest.raises(OptionsError, match="8 registers are more than the 4"):
        plan([Register(Table.HOLDING, 0, Kind.STRING, length=8)], ReadLimits(registers=4))


@given(registers_.filter(bool), st.sets(st.integers(0, 310), max_size=5))
def test_exactly_the_points_on_missing_registers_are_found(
    registers: list[Register], missing: set[int]
) -> None:
    search = Refusals(registers, plan(registers, ReadLimits()), ReadLimits())
    lacking: tuple[tuple[int, Quality], ...] = ()
    for _ in range(40):
        refused = [
            block
            for block in search.blocks
            if not missing.isdisjoint(range(block.address, block.address + block.count))
        ]
        lacking = search.settle(refused, 0.0)
    expected = {
        column
        for column, register in enumerate(registers)
        if not missing.isdisjoint(range(register.address, register.end))
    }
    assert {column for column, quality in lacking if quality is Quality.BAD_ADDRESS} == expected
    assert not [column for column, quality in lacking if quality is not Quality.BAD_ADDRESS]
    read = {column for block in search.blocks for column in block.columns}
    assert set(range(len(registers))) - expected <= read


def test_one_missing_register_of_a_hundred_costs_one_more_read_in_the_end() -> None:
    registers = [Register(Table.HOLDING, at, Kind.UINT16) for at in range(100)]
    search = Refusals(registers, plan(registers, ReadLimits()), ReadLimits())
    for _ in range(12):
        search.settle([b for b in search.blocks if b.address <= 41 < b.address + b.count], 0.0)
    assert [(block.address, block.count) for block in search.blocks] == [(0, 41), (42, 58)]
    assert search.isolated == [41]


def test_a_missing_register_is_asked_for_again_after_ten_minutes_and_taken_back() -> None:
    registers = [Register(Table.HOLDING, at, Kind.UINT16) for at in range(4)]
    search = Refusals(registers, plan(registers, ReadLimits()), ReadLimits())
    for _ in range(6):
        search.settle([b for b in search.blocks if b.address <= 2 < b.address + b.count], 0.0)
    assert search.isolated == [2]
    search.settle([], RETRY_S + 1)
    assert Block(Table.HOLDING, 2, 1, (2,)) in search.blocks
    search.settle([], RETRY_S + 2)
    assert not search.isolated
    assert search.blocks == plan(registers, ReadLimits())


def test_a_device_that_refuses_everything_is_still_asked_for_something() -> None:
    registers = [Register(Table.HOLDING, at, Kind.UINT16) for at in range(4)]
    search = Refusals(registers, plan(registers, ReadLimits()), ReadLimits())
    for _ in range(6):
        search.settle(search.blocks, 0.0)
    assert len(search.blocks) == 1
    assert list(search.isolated) == [0, 1, 2, 3]

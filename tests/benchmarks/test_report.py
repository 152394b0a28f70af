"""What benchmarks report about a process tree and its machine."""

import json
import os
import subprocess
import sys
import time

import pytest

from benchmarks.report import Meter, pss_bytes, report

BURNT_S = 0.25
"""At least, of the 0.3 s that it burns: the system rounds down to hundredths, more than once."""
BURN = """
import sys, time
end_s = time.process_time() + 0.3
while time.process_time() < end_s: pass
print(flush=True)
sys.stdin.read()
"""
PARENT = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])"


def test_the_last_line_is_json_with_sorted_keys_and_the_machine(capsys: pytest.CaptureFixture[str]) -> None:
    report("pipeline", lost=0, cpu_us_per_point=1.23456, cores=0.5)
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(figures) == sorted(figures)
    assert figures["benchmark"] == "pipeline"
    assert figures["cpu_us_per_point"] == 1.235
    assert figures["machine_cores"] >= 1


def test_children_of_children_are_counted_and_those_left_out_are_not() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as tree:
        assert tree.stdin is not None
        assert tree.stdout is not None
        with (
            Meter(tree.pid, period_s=0.01) as meter,
            Meter(os.getpid()) as everything,
            Meter(os.getpid(), leave_out=[tree.pid]) as without,
        ):
            assert tree.stdout.readline() == b"\n"
        assert BURNT_S <= meter.cpu_s < 2.0
        assert meter.cores > 0.0
        assert meter.pss_max_mb > pss_bytes(tree.pid) / 2**20  # the child counts too
        assert everything.cpu_s - without.cpu_s >= BURNT_S
        tree.stdin.close()


def test_cpu_before_the_block_is_not_counted_and_a_process_that_ended_still_is() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        with Meter(process.pid) as meter:
            assert process.stdout.readline() == b"\n"
            meter.sample()
            used_s = meter.cpu_s
            process.stdin.close()
            process.wait()
        assert used_s >= BURNT_S
        assert meter.cpu_s == used_s
        with Meter(os.getpid()) as quiet:
            began_s = time.process_time()
        assert quiet.cpu_s <= time.process_time() - began_s + 0.05

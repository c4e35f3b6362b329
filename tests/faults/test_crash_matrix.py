"""Each job, struck at each operation it makes on files: whole, nothing lost, and finished next."""

from __future__ import annotations

import pytest

from tests.faults.jobs import NAMES, Jobs
from tests.faults.matrix import Runners, Tally, fail_power, points_of, strike

SAMPLED = ("import of changes", "index build of changes", "prune")


@pytest.mark.parametrize("name", SAMPLED)
def test_a_sample_of_faults_is_survived(runners: Runners, jobs: Jobs, name: str) -> None:
    job, known = jobs[name]
    points = points_of(known)
    tally = strike(runners, job, known, points[len(points) // 7 :: len(points) // 4])
    assert tally.failures == []
    assert sum(tally.tried.values()) >= 3


@pytest.mark.fault
@pytest.mark.parametrize("name", NAMES)
def test_a_job_struck_anywhere_leaves_a_whole_home_and_the_next_run_ends_it(
    runners: Runners, jobs: Jobs, record: dict[str, Tally], name: str
) -> None:
    job, known = jobs[name]
    points = points_of(known)
    tally = strike(runners, job, known, points)
    record[f"{name}, struck"] = tally
    assert tally.failures == []
    # Fewer only where threads took other turns and the last operations were not reached.
    assert sum(tally.tried.values()) > 0.9 * len(points)


@pytest.mark.fault
@pytest.mark.parametrize("name", NAMES)
def test_a_power_cut_anywhere_leaves_a_whole_home_and_the_next_run_ends_the_job(
    runners: Runners, jobs: Jobs, record: dict[str, Tally], name: str
) -> None:
    job, known = jobs[name]
    tally = fail_power(runners, job, known, seeds=3)
    record[f"{name}, power lost"] = tally
    assert tally.failures == []
    assert tally.tried["power lost"] > 0

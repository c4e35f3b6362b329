import io
import json
import logging
import threading
from collections.abc import Callable

import pytest

from core.log import JsonFormatter, PlainFormatter, RunFilter, current_run, logging_run

Lines = Callable[[], list[str]]


def logger_into(formatter: logging.Formatter) -> tuple[logging.Logger, Lines]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    handler.addFilter(RunFilter())
    logger = logging.Logger("indexer")
    logger.addHandler(handler)
    return logger, lambda: stream.getvalue().splitlines()


def test_a_line_of_json_carries_message_level_and_extras() -> None:
    record = logging.makeLogRecord(
        {"msg": "built %d", "args": (3,), "levelno": 20, "levelname": "INFO", "name": "indexer"}
    )
    record.run = 7
    entry = json.loads(JsonFormatter().format(record))
    assert (entry["message"], entry["level"], entry["run"]) == ("built 3", "info", 7)


def test_lines_of_a_run_carry_its_job_and_id_and_no_others_do() -> None:
    logger, lines = logger_into(JsonFormatter())
    logger.warning("before")
    with logging_run("import", "0a1b2c3d"):
        logger.warning("within")
    logger.warning("after")
    entries = [json.loads(line) for line in lines()]
    assert [(each.get("job"), each.get("run")) for each in entries] == [
        (None, None),
        ("import", "0a1b2c3d"),
        (None, None),
    ]


def test_a_plain_line_names_the_run_in_brackets() -> None:
    logger, lines = logger_into(PlainFormatter())
    logger.warning("before")
    with logging_run("import", "0a1b2c3d"):
        logger.warning("bad row %d", 7)
    assert lines() == [
        "WARNING indexer: before",
        "WARNING indexer [import 0a1b2c3d]: bad row 7",
    ]


def test_threads_of_the_only_job_are_marked_as_its_own() -> None:
    found = []
    with logging_run("build", "11111111"):
        thread = threading.Thread(target=lambda: found.append(current_run()))
        thread.start()
        thread.join()
    assert found[0] is not None
    assert (found[0].job, found[0].id) == ("build", "11111111")


def test_a_thread_beside_two_jobs_is_marked_as_neither() -> None:
    found = []
    with logging_run("watch", "11111111"), logging_run("build", "22222222"):
        inner = current_run()
        thread = threading.Thread(target=lambda: found.append(current_run()))
        thread.start()
        thread.join()
    assert found == [None]
    assert inner is not None
    assert inner.id == "22222222"


def test_a_failed_run_leaves_no_mark_behind() -> None:
    with pytest.raises(RuntimeError), logging_run("build", "11111111"):
        raise RuntimeError
    assert current_run() is None

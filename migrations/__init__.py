"""The schema's history, as numbered Alembic migrations."""

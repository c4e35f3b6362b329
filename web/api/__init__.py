"""The JSON API, version 1 (docs/api.md)."""

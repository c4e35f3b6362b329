"""What every floor stands on: errors, settings, log, vectors, metrics, files, lock, terminal."""

VERSION = "0.1.0"

"""What every floor stands on: errors, settings, log, vectors, metrics, files and the terminal."""

VERSION = "0.1.0"

"""What every floor stands on, from errors and settings to vectors, metrics, files and locks."""

VERSION = "0.1.0"

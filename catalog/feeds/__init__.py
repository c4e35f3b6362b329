"""The formats that a catalogue comes in: one file each, and the finding out which it is."""

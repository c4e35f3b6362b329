"""Whether a model has earned its place: segments, intervals and the verdict. Never needs torch."""

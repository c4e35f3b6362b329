"""The vector index: the embedding store, immutable generations, and the job that makes them."""

"""Search: a query in, ranked products out, from one generation."""

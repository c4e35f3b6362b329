"""The catalogue: products, their pictures, the feeds they come from, and the database."""

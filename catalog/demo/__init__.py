"""Draw and describe the demonstration catalogue: invented products, rendered by the program."""

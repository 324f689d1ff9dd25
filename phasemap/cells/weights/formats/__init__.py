"""Files of arrays, read without executing or believing anything in them."""

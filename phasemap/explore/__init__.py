"""A result as a page that is looked at in a browser: one file, which needs nothing but itself."""

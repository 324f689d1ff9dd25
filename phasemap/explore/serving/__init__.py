"""The page on the loopback: the same page, and beside it what is computed while one looks."""

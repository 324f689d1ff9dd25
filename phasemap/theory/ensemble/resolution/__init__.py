"""How long and how fine an ensemble must be: window, time step, and how sharply it tells its solution."""

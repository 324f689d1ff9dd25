"""A single unit: its nonlinearities, its gates, its linear response, and what drives it."""

"""The Lyapunov spectrum in the mean field where the update gate moves: paths from the ensemble, no mode is simple."""

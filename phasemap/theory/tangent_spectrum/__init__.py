"""The whole Lyapunov spectrum in the mean field: entropy rate and Kaplan-Yorke dimension per unit."""

"""Gaussian averages of the nonlinearities, over one variable and over correlated pairs."""

"""What a network is: parameters, nonlinearities, options and the records that solvers return."""

"""What recorded trajectories and several networks say together: means with errors, extrapolation in 1/N."""

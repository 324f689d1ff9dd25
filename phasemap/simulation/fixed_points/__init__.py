"""Fixed points of finite networks and the eigenvalues of their Jacobians."""

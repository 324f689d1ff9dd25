"""States that are slow or age: variance and C(t, t') at stated ages, from networks without their matrices."""

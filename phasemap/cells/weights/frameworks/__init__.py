"""Names and shapes under which each framework keeps its recurrent layers."""

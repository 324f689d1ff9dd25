"""Networks that are advanced in gate time, with or without their matrices, behind one interface."""

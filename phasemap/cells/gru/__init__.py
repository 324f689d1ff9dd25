"""The gated recurrent unit, with the reset gate before or after the recurrent matrix."""

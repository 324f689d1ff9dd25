"""Discrete gated cells: GRU, LSTM and the vanilla tanh network; their mean field, and the reading of weights."""

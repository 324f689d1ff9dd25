"""Measure what frameworks draw for the recurrent weights of fresh layers of 256 units: `data/defaults.json`.

    python measure_defaults.py torch
    KERAS_BACKEND=jax python measure_defaults.py keras
    python measure_defaults.py flax

Each in an environment with that framework. By layer: gains of the gates, mean biases, and how far the matrix of all
gates together, or of the candidate alone, is from having orthonormal rows.
"""

import json
import sys
from pathlib import Path

import numpy as np

TARGET = Path(__file__).parent / "data" / "defaults.json"
UNITS, INPUTS = 256, 16


def measured(blocks: dict[str, np.ndarray], biases: dict[str, np.ndarray]) -> dict:
    """blocks: gate -> (N, N), each used as h W."""
    joined = np.hstack(list(blocks.values())).astype(float)
    own = next(matrix for gate, matrix in blocks.items() if gate in "nhgc").astype(float)
    one = np.eye(UNITS)
    return {
        "gains": {gate: round(float(np.sqrt(UNITS) * matrix.std()), 4) for gate, matrix in blocks.items()},
        "biases": {gate: round(float(bias.mean()), 4) for gate, bias in biases.items()},
        "joined_from_orthonormal": round(float(np.abs(joined @ joined.T - one).max()), 5),
        "candidate_from_orthogonal": round(float(np.abs(own @ own.T - one).max()), 5),
    }


def by_gate(matrix: np.ndarray, gates: str) -> dict[str, np.ndarray]:
    return dict(zip(gates, np.split(matrix, len(gates), axis=-1), strict=True))


def of_torch() -> dict:
    import torch

    torch.manual_seed(0)
    found = {}
    for name, layer, gates in (("gru", torch.nn.GRU, "rzn"), ("lstm", torch.nn.LSTM, "ifgo")):
        held = {key: value.detach().numpy() for key, value in layer(INPUTS, UNITS).named_parameters()}
        biases = by_gate(held["bias_ih_l0"] + held["bias_hh_l0"], gates)
        found[f"PyTorch {torch.__version__} {name}"] = measured(by_gate(held["weight_hh_l0"].T, gates), biases)
    return found


def of_keras() -> dict:
    import keras

    found = {}
    for name, layer, gates in (("gru", keras.layers.GRU, "zrh"), ("lstm", keras.layers.LSTM, "ifco")):
        made = layer(UNITS, seed=0)
        made.build((None, None, INPUTS))
        _, recurrent, bias = (np.asarray(one) for one in made.get_weights())
        biases = by_gate(bias.reshape(-1, bias.shape[-1]).sum(axis=0), gates)
        found[f"Keras {keras.__version__} {name}"] = measured(by_gate(recurrent, gates), biases)
    return found


def of_flax() -> dict:
    import flax
    import flax.linen as nn
    import jax
    import jax.numpy as jnp
    from flax import nnx

    found = {}
    for name, cell, gates in (("gru", nn.GRUCell, "rzn"), ("lstm", nn.OptimizedLSTMCell, "ifgo")):
        made = cell(features=UNITS)
        carry = made.initialize_carry(jax.random.key(1), (1, INPUTS))
        held = made.init(jax.random.key(0), carry, jnp.zeros((1, INPUTS)))["params"]
        biases = {gate: np.asarray(held[f"h{gate}"].get("bias", 0.0)) for gate in gates}
        blocks = {gate: np.asarray(held[f"h{gate}"]["kernel"]) for gate in gates}
        found[f"Flax linen {flax.__version__} {name}"] = measured(blocks, biases)
    for name, cell, gates in (("gru", nnx.GRUCell, "rzn"), ("optimized lstm", nnx.OptimizedLSTMCell, "ifgo")):
        made = cell(INPUTS, UNITS, rngs=nnx.Rngs(0))
        blocks = by_gate(np.asarray(made.dense_h.kernel[...]), gates)
        biases = by_gate(np.asarray((made.dense_i if name == "gru" else made.dense_h).bias[...]), gates)
        found[f"Flax nnx {flax.__version__} {name}"] = measured(blocks, biases)
    made = nnx.LSTMCell(INPUTS, UNITS, rngs=nnx.Rngs(0))
    blocks = {gate: np.asarray(getattr(made, f"h{gate}").kernel[...]) for gate in "ifgo"}
    biases = {gate: np.asarray(getattr(made, f"h{gate}").bias[...]) for gate in "ifgo"}
    found[f"Flax nnx {flax.__version__} lstm"] = measured(blocks, biases)
    return found


if __name__ == "__main__":
    known = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    known |= {"torch": of_torch, "keras": of_keras, "flax": of_flax}[sys.argv[1]]()
    TARGET.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n")

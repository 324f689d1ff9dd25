"""Make the weight files under `data/` with the real frameworks, and the outputs of the real cells beside them.

    python make_fixtures.py torch        in an environment with torch and safetensors
    KERAS_BACKEND=jax python make_fixtures.py keras
    python make_fixtures.py flax         (linen and nnx)
    python make_fixtures.py equinox

Every NAME.safetensors, NAME.npz or NAME.weights.h5 has NAME.outputs.npz with `x` (steps, inputs) and `h` (steps,
units). Weights are drawn large, so that a wrong order of gates shows.
"""

import sys
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data"
STEPS, INPUTS, UNITS = 7, 3, 8
RNG = np.random.default_rng(7)
X = RNG.standard_normal((STEPS, INPUTS)).astype(np.float32)


def keep(name: str, h: np.ndarray, version: str) -> None:
    np.savez(DATA / f"{name}.outputs.npz", x=X, h=np.asarray(h), version=np.array(version))


def drawn(shape: tuple[int, ...]) -> np.ndarray:
    return (0.5 * RNG.standard_normal(shape)).astype(np.float32)


def from_torch() -> None:
    import torch
    from safetensors.torch import save_file

    layers = {
        "torch_gru_two_layers_bidirectional": torch.nn.GRU(INPUTS, UNITS, 2, bidirectional=True),
        "torch_gru_no_bias": torch.nn.GRU(INPUTS, UNITS, bias=False),
        "torch_lstm": torch.nn.LSTM(INPUTS, UNITS),
        "torch_rnn": torch.nn.RNN(INPUTS, UNITS),
        "torch_gru_cell": torch.nn.GRUCell(INPUTS, UNITS),
        "torch_lstm_cell": torch.nn.LSTMCell(INPUTS, UNITS),
    }
    for name, layer in layers.items():
        for parameter in layer.parameters():
            parameter.data = torch.from_numpy(drawn(tuple(parameter.shape)))
        with torch.no_grad():
            if name.endswith("cell"):
                state, rows = None, []
                for x in torch.from_numpy(X):
                    state = layer(x, state)
                    rows.append((state[0] if isinstance(state, tuple) else state).numpy())
                h = np.stack(rows)
            else:
                h = layer(torch.from_numpy(X))[0].numpy()
        prefix = "model.rnn." if name == "torch_lstm" else ""
        held = {f"{prefix}{key}": value.contiguous() for key, value in layer.state_dict().items()}
        if name == "torch_rnn":
            np.savez(DATA / f"{name}.npz", **{key: value.numpy() for key, value in held.items()})
        else:
            save_file(held, DATA / f"{name}.safetensors")
        keep(name, h, f"torch {torch.__version__}")
    torch.manual_seed(0)
    default = torch.nn.GRU(1, 48)
    save_file(
        {key: value.contiguous() for key, value in default.state_dict().items()}, DATA / "torch_default.safetensors"
    )


def from_keras() -> None:
    import keras

    layers = {
        "keras_gru_after": keras.layers.GRU(UNITS, return_sequences=True),
        "keras_gru_before": keras.layers.GRU(UNITS, return_sequences=True, reset_after=False),
        "keras_lstm": keras.layers.LSTM(UNITS, return_sequences=True),
        "keras_rnn": keras.layers.SimpleRNN(UNITS, return_sequences=True),
    }
    for name, layer in layers.items():
        model = keras.Sequential([keras.Input((None, INPUTS)), layer])
        layer.set_weights([drawn(weight.shape) for weight in layer.get_weights()])
        h = np.asarray(model(X[None]))[0]
        model.save_weights(DATA / f"{name}.weights.h5")
        keep(name, h, f"keras {keras.__version__}")


def flat(tree, prefix: str = "") -> dict[str, np.ndarray]:
    found = {}
    for key, value in tree.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": np.asarray(value)}
    return found


def from_flax() -> None:
    import flax
    import jax
    import jax.numpy as jnp
    from flax import linen, nnx

    for name, cell in {"flax_linen_gru": linen.GRUCell(UNITS), "flax_linen_lstm": linen.LSTMCell(UNITS)}.items():
        carry = cell.initialize_carry(jax.random.key(0), (INPUTS,))
        tree = cell.init(jax.random.key(1), carry, jnp.asarray(X[0]))
        tree = jax.tree.map(lambda leaf: jnp.asarray(drawn(leaf.shape)), tree)
        rows = []
        for x in X:
            carry, y = cell.apply(tree, carry, jnp.asarray(x))
            rows.append(np.asarray(y))
        np.savez(DATA / f"{name}.npz", **flat(tree))
        keep(name, np.stack(rows), f"flax {flax.__version__}")
    kinds = {
        "flax_nnx_gru": nnx.GRUCell, "flax_nnx_lstm": nnx.LSTMCell, "flax_nnx_lstm_optimized": nnx.OptimizedLSTMCell,
    }  # fmt: skip
    for name, kind in kinds.items():
        cell = kind(INPUTS, UNITS, rngs=nnx.Rngs(0))
        state = nnx.state(cell, nnx.Param)
        nnx.update(cell, jax.tree.map(lambda leaf: jnp.asarray(drawn(leaf.shape)), state))
        carry = cell.initialize_carry((INPUTS,), rngs=nnx.Rngs(1))
        rows = []
        for x in X:
            carry, y = cell(carry, jnp.asarray(x))
            rows.append(np.asarray(y))
        tree = nnx.to_pure_dict(nnx.state(cell, nnx.Param))
        np.savez(DATA / f"{name}.npz", **flat(tree))
        keep(name, np.stack(rows), f"flax {flax.__version__}")


def from_equinox() -> None:
    import equinox
    import jax
    import jax.numpy as jnp

    for name, kind in {"equinox_gru": equinox.nn.GRUCell, "equinox_lstm": equinox.nn.LSTMCell}.items():
        cell = kind(INPUTS, UNITS, key=jax.random.key(0))
        fields = [key for key in ("weight_ih", "weight_hh", "bias", "bias_n") if hasattr(cell, key)]
        held = {key: drawn(getattr(cell, key).shape) for key in fields}
        cell = equinox.tree_at(
            lambda tree, names=fields: [getattr(tree, key) for key in names],
            cell,
            [jnp.asarray(held[k]) for k in fields],
        )
        state = jnp.zeros(UNITS) if name == "equinox_gru" else (jnp.zeros(UNITS), jnp.zeros(UNITS))
        rows = []
        for x in X:
            state = cell(jnp.asarray(x), state)
            rows.append(np.asarray(state[0] if isinstance(state, tuple) else state))
        np.savez(DATA / f"{name}.npz", **{f"cell.{key}": value for key, value in held.items()})
        keep(name, np.stack(rows), f"equinox {equinox.__version__}")


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    {"torch": from_torch, "keras": from_keras, "flax": from_flax, "equinox": from_equinox}[sys.argv[1]]()

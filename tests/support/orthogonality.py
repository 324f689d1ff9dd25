"""How far vectors are from orthonormal."""

import numpy as np


def orthogonality_defect(blocks):
    """Largest entry of |V V^T - 1| for the vectors in `blocks`."""
    gram = sum((block.astype(np.float64) @ block.T.astype(np.float64) for block in blocks), np.zeros(1))
    return float(np.abs(gram - np.eye(blocks[0].shape[0])).max())

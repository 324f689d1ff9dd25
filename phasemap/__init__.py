"""Phase diagrams of gated recurrent neural networks."""

from phasemap.errors import PhasemapError
from phasemap.model.parameters import Parameters, make_parameters

__version__ = "0.1.0"
__all__ = ["Parameters", "PhasemapError", "__version__", "make_parameters"]

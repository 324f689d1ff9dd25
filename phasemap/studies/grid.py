"""A grid of points computed in memory, in this process: the numbers that a sweep would store."""

from phasemap.config import SweepConfig
from phasemap.dataset import Result
from phasemap.sweeps.executors.processes import InProcess
from phasemap.sweeps.files.skeleton import empty_result
from phasemap.sweeps.plan import make_plan
from phasemap.sweeps.stop import Stop
from phasemap.sweeps.work import make_tasks


def solve_grid(config: SweepConfig) -> Result:
    """The result of a configuration; nothing is written."""
    result = empty_result(config)
    for block in InProcess().run(make_tasks(make_plan(config)), Stop()):
        block.add_to(result)
    return result

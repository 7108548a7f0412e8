"""Where long work is computed: in this process, in several, or on a cluster, with the same bits from each.

Not for: the work itself. An analysis brings an importable pure function and a list of blocks, and gets the results in
block order: ``Compute(executor, store).run_blocks(work, shared, blocks, job, words)``.
"""

from core.compute.block_store import BLOCKS_FOLDER, BlockStore
from core.compute.choice import AUTOMATIC, Automatic, automatic, executor_named
from core.compute.compute import Compute
from core.compute.executor import Executor, Serial, Task
from core.compute.spawn_pool import SpawnPool

__all__ = ["AUTOMATIC", "BLOCKS_FOLDER", "Automatic", "BlockStore", "Compute", "Executor", "Serial", "SpawnPool",
           "Task", "automatic", "executor_named"]

"""``torch.distributed.launch``, which leaves what there is to say to the processes that it starts.

    python -m ssrgan_plugin.toolbox.launcher --nproc_per_node 2 SCRIPT ...

A process that fails has told why in a sentence; PyTorch adds a report of thirty lines for every one of them.
"""

import logging
import sys
import warnings


def main() -> None:
    from torch.distributed import launch
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    logging.getLogger('torch.distributed.elastic').setLevel(logging.CRITICAL)
    warnings.filterwarnings('ignore', '.*torch.distributed.launch is deprecated', FutureWarning)
    try:
        launch.main()
    except ChildFailedError as error:
        sys.exit(max(error.get_first_failure()[1].exitcode, 1))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == '__main__':
    main()

"""``torch.distributed.launch``, which leaves what there is to say to the processes that it starts.

    python -m ssrgan_plugin.toolbox.launcher --nproc_per_node 2 SCRIPT ...

A process that fails has told why in a sentence; PyTorch adds a report of thirty lines for every one of them. One that a
signal has ended could not tell, so that is told here.
"""

import logging
import signal
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
        rank, failure = error.get_first_failure()
        if failure.exitcode < 0:
            name = signal.Signals(-failure.exitcode).name
            memory = ': memory may have run out' if name == 'SIGKILL' else ''
            print(f'launcher: process {rank} was ended by {name}{memory}', file=sys.stderr)
            sys.exit(128 - failure.exitcode)
        sys.exit(max(failure.exitcode, 1))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == '__main__':
    main()

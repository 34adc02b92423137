"""No child outlives its parent, even if that is killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

PARENTS = dict(
    pool="""
import time
from ssrgan_plugin.child_processes import process_pool
with process_pool(2) as pool:
    print(*[pool.submit(os.getpid).result() for _ in range(1)], flush=True)
    pool.submit(time.sleep, 60).result()
""",
    command="""
import subprocess
from ssrgan_plugin.child_processes import with_parent
child = subprocess.Popen(['sleep', '60'], preexec_fn=with_parent(), start_new_session=True)
print(child.pid, flush=True)
child.wait()
""",
)


@pytest.mark.skipif(sys.platform != 'linux', reason='the kernel does it on Linux alone')
@pytest.mark.parametrize('kind', PARENTS)
def test_killed_parent(kind):
    parent = subprocess.Popen([sys.executable, '-c', 'import os\n' + PARENTS[kind]], stdout=subprocess.PIPE, text=True)
    children = [int(pid) for pid in parent.stdout.readline().split()]
    assert children and all(Path(f'/proc/{pid}').exists() for pid in children)
    parent.kill()
    parent.wait()
    for pid in children:
        while alive(pid):  # the kernel's signal takes a moment
            time.sleep(0.01)


def alive(pid):
    try:
        os.kill(pid, 0)
        return ') Z' not in Path(f'/proc/{pid}/stat').read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_child_that_starts_after_its_parent_has_ended():
    code = f'from ssrgan_plugin.child_processes import die_with_parent; die_with_parent({os.getpid() + 10**7})'
    done = subprocess.run([sys.executable, '-c', code + '; print("alive")'], capture_output=True, text=True)
    assert done.returncode == (1 if sys.platform == 'linux' else 0)
    assert ('alive' in done.stdout) == (sys.platform != 'linux')

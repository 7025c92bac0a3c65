"""The first step of a GPT in a fresh process."""

import json
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'drivers'))
from torch_steps import gpt_step  # noqa: E402

run = gpt_step(8)
start = time.perf_counter()
run()
print(json.dumps({'first': (time.perf_counter() - start) * 1e3}))

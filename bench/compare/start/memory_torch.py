"""Most memory that a process has held that trains ResNet-18 for three steps of 32 images, in MB."""

import json
import resource
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / 'drivers'))
from torch_steps import resnet18_step  # noqa: E402

run = resnet18_step(32)
for _ in range(3):
    run()
print(json.dumps({'peak': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))

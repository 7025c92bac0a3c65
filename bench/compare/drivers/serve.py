"""How a driver speaks: one JSON line in, one out. See serve.mjs."""

import gc
import json
import os
import sys
import time
import traceback

import numpy as np


class Unsupported(Exception):
    """Raised by a case that a library cannot run; the report repeats the reason."""


def timed(run, ms, least):
    times = []
    begin = time.perf_counter()
    while len(times) < least or (time.perf_counter() - begin) * 1e3 < ms:
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return times


def written(values, folder):
    files = []
    for i, (name, array) in enumerate(values):
        file = os.path.join(folder, f'{os.getpid()}-{i}.f32')
        np.ascontiguousarray(array, np.float32).tofile(file)
        files.append({'name': name, 'file': file})
    return files


def serve(about, kinds):
    """Answers requests until the input ends; kinds give `(run, values)` for a spec."""
    opened = None
    for line in sys.stdin:
        request = json.loads(line)
        ask, argument = request['ask'], request.get('with')
        try:
            if ask == 'about':
                answer = about
            elif ask == 'open':
                spec = dict(argument)
                kind = spec.pop('kind')
                if kind not in kinds:
                    raise Unsupported(f'no {kind}')
                opened, answer = kinds[kind](**spec), {}
            elif ask == 'values':
                answer = written(opened[1](), argument)
            elif ask == 'run':
                answer = timed(opened[0], argument['ms'], argument['least'])
            else:
                opened, answer = None, {}
                gc.collect()
            reply = {'answer': answer}
        except Exception as error:
            unsupported = isinstance(error, Unsupported)
            text = str(error) if unsupported else traceback.format_exc()
            reply = {'error': text, 'unsupported': unsupported}
        print(json.dumps(reply), flush=True)

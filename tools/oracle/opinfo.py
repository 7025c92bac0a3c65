"""Names of the ops that PyTorch tests itself with, its OpInfo database: what `SUPPORT.md` is held against."""

import sys
import types
import unittest

# A test helper that Debian does not ship; the database itself does not use it.
helper = types.ModuleType('expecttest')
helper.ACCEPT = False
helper.TestCase = unittest.TestCase
sys.modules['expecttest'] = helper

from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

from fixture import write  # noqa: E402

if __name__ == '__main__':
    names = sorted({op.name for op in op_db})
    write('ops/fixtures/opinfo-names.json', 'opinfo.py', {'database': len(op_db)}, names)

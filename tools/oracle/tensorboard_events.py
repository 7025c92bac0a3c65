"""Writes a small event file with TensorBoard's own writer (pip install tensorboard) for test/train.

python3 tools/oracle/tensorboard_events.py packages/maru/test/train/fixtures/events.json
"""
import json
import sys

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.summary.writer.record_writer import RecordWriter


class Collected:
    def __init__(self):
        self.bytes = b""

    def write(self, data):
        self.bytes += data


def record(event):
    out = Collected()
    RecordWriter(out).write(event.SerializeToString())
    return out.bytes.hex()


def value(step, entry):
    return Event(wall_time=1700000000.5, step=step, summary=Summary(value=[entry]))


text = TensorProto(
    dtype="DT_STRING",
    tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
    string_val=["넓이 8".encode()],
)
metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
histogram = HistogramProto(
    min=-1, max=29, num=3, sum=28, sum_squares=842,
    bucket_limit=[float(i) for i in range(30)], bucket=[1.0] + [1.0] + [0.0] * 27 + [1.0],
)
start = Event(wall_time=1700000000.5, step=300)
start.session_log.status = 1

json.dump(
    {
        "version": record(Event(wall_time=1700000000.5, step=0, file_version="brain.Event:2")),
        "start": record(start),
        "scalar": record(value(70000, Summary.Value(tag="epoch/loss", simple_value=0.1))),
        "text": record(value(0, Summary.Value(tag="settings", tensor=text, metadata=metadata))),
        "histogram": record(value(7, Summary.Value(tag="w", histo=histogram))),
    },
    open(sys.argv[1], "w"),
    indent=1,
)

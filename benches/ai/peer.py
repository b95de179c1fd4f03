"""Runs one model in onnxruntime, as a peer of `benches/ai`. Prints its first output's numbers; then, for each line
with a number of runs on standard input, the median time of a run in nanoseconds. Arguments: the model's file, then an input a name, type and sizes."""
import sys
import time

import numpy
import onnxruntime


def ramp(count):
    i = numpy.arange(count, dtype=numpy.int64)
    return ((i * 7919 + 13) % 2000 - 1000).astype(numpy.float32) / numpy.float32(1000)


def value(kind, sizes):
    count = int(numpy.prod(sizes)) if sizes else 1
    made = {
        "ramp": lambda: ramp(count),
        "zeros": lambda: numpy.zeros(count, numpy.float32),
        "rate": lambda: numpy.full(count, 16000, numpy.int64),
        "bytes": lambda: ((numpy.arange(count) * 31 + 7) % 256).astype(numpy.int32),
    }[kind]()
    return made.reshape(sizes)


options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
inputs = {}
for argument in sys.argv[2:]:
    name, kind, sizes = argument.split(":")
    inputs[name] = value(kind, [int(size) for size in sizes.split(",") if size])
print("ready", *session.run(None, inputs)[0].ravel(), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        started = time.perf_counter_ns()
        session.run(None, inputs)
        times.append(time.perf_counter_ns() - started)
    times.sort()
    print(times[len(times) // 2], flush=True)

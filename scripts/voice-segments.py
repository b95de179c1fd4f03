#!/usr/bin/env python3
"""Speech in a WAV file (mono, 16 bits), as examples/voice finds it, by Python's onnxruntime: what the example is
compared with. Prints a line a segment: start and end in milliseconds, and the mean probability.

    scripts/setup-ai.sh python
    target/ai/venv/bin/python scripts/voice-segments.py target/ai/models/silero_ifless.onnx target/voice/speech.wav
"""
import sys
import wave

import numpy
import onnxruntime

RATE, FRAME, CONTEXT = 16000, 512, 64
BEGINS, ENDS = 0.5, 0.35  # probabilities
LEAST_PAUSE, LEAST_SPEECH = 4, 8  # frames

model, path = sys.argv[1:]
with wave.open(path) as file:
    assert (file.getnchannels(), file.getsampwidth()) == (1, 2), "mono, 16 bits"
    samples = numpy.frombuffer(file.readframes(file.getnframes()), "<i2").astype(numpy.float32) / 32768
    rate = file.getframerate()
# Between neighbours on a line.
count = len(samples) * RATE // rate
samples = numpy.interp(numpy.arange(count) * (rate / RATE), numpy.arange(len(samples)), samples).astype(numpy.float32)
samples = samples[: count // FRAME * FRAME]

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.log_severity_level = 4
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
state = numpy.zeros((2, 1, 128), numpy.float32)
padded = numpy.concatenate([numpy.zeros(CONTEXT, numpy.float32), samples])
probabilities = []
for at in range(0, len(samples), FRAME):
    inputs = {"input": padded[None, at : at + CONTEXT + FRAME], "sr": numpy.array(RATE), "state": state}
    probability, state = session.run(None, inputs)
    probabilities.append(float(probability[0, 0]))


def segment(start, end):
    if end - start >= LEAST_SPEECH:
        mean = sum(probabilities[start:end]) / (end - start)
        print(start * FRAME * 1000 // RATE, end * FRAME * 1000 // RATE, f"{mean:.4f}")


start, quiet = None, 0
for at, probability in enumerate(probabilities):
    if start is None:
        if probability >= BEGINS:
            start, quiet = at, 0
    elif probability >= ENDS:
        quiet = 0
    else:
        quiet += 1
        if quiet == LEAST_PAUSE:
            segment(start, at + 1 - quiet)
            start = None
if start is not None:
    segment(start, len(probabilities) - quiet)

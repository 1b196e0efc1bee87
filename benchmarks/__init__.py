"""Speed and memory, as tables. `make benchmark`, or `python -m benchmarks --help`."""

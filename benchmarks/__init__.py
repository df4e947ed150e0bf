"""Benchmarks: ours and a peer in one run; each prints one JSON line last."""

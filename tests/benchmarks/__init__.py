"""What the benchmarks say, and how."""

"""What the benchmarks of whole jobs measure, a job a module."""

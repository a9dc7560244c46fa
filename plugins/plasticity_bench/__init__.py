"""Benchmarks of steps against bare matrix products, of recording, and of memory."""

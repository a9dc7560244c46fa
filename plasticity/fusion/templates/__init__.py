"""Compiled loops as modules that import and run as they are, for a layer that does nothing.

`plasticity.kernels.compiled.compiled` puts into a copy of one the functions of a layer's components
and the flags that say which there are; Numba leaves out a branch on a flag that is False before it
looks at what stands in it.
"""

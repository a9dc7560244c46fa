"""The compiled step of a layer, made of the kernels of its components."""

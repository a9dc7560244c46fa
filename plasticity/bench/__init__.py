"""How fast a step is beside the bare multiplies of the machine, and how much memory runs take."""

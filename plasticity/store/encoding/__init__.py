"""How frames become files: blocks, shards and precision."""

"""What exists while a run is on: the arrays of the layers and who answers which event."""

"""How a store changes at one moment, and who may write to it."""

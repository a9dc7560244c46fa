"""The store of a run: a Zarr group that xarray opens without help."""

from plasticity.recording.store import RunStore as RunStore

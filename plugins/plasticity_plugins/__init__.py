"""The bundled components. Of the framework they import only its public names."""

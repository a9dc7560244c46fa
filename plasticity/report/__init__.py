"""What a reader sees of finished runs: measurements side by side, pictures, one HTML page."""

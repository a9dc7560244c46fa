"""What looks on in every run and tells, at its end, what looks wrong."""

"""What this process may use of the machine: threads, memory, folders and output."""

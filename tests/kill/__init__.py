"""The service as it really runs, people who use it, and the proof that nothing they were told was lost."""

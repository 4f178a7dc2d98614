"""What happens to a request: journal, files, background work, jobs, session."""

"""Drawing pictures: decoded under limits in child processes, encoded as responsive sets, kept by content."""

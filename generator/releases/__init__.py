"""Making a release: what it consists of, where it is kept, and how one takes over from another."""

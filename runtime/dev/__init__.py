"""The shop while it is being made: built again at every change, shown again in every open browser."""

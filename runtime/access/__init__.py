"""Who may use the merchant's console: people and their roles, passwords, second factors, sessions, and the log."""

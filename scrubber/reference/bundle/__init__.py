"""The file that imported tables are compiled into: one file, mapped read-only, several releases side by side."""

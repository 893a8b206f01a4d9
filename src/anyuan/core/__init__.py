"""What all floors stand on: scoped rows, unit keys, periods, records, files, history, encryption."""

"""One module a target: `seeds` to start from, `one` to try an input and say what must hold, and perhaps `mutate`."""

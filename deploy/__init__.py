"""Set-up and running: from a fresh clone to every process ready, on the standard library of any Python from 3.10."""

"""Turn-taking as pure state machines: they are told the time and what was heard, and own no clock and no sound."""

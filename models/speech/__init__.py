"""Speech models for Vosk: the demo pair, the recipe that makes it, and the published models that replace it."""

"""The recipe of the demo speech models: texts of the project, spoken by espeak-ng, to two small Vosk models."""

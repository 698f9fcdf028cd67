#!/bin/sh
# Starts Rasa with exactly the model that was trained for the present sources.
set -eu
if ! [ -f "$RASA_MODEL" ]; then
    # Rasa itself would silently load whatever other model it finds.
    echo "The Rasa model $RASA_MODEL is not there: run make train." >&2
    exit 1
fi
exec .venv-nlu/bin/python -m rasa run --model "$RASA_MODEL" --endpoints endpoints.yml --credentials credentials.yml \
    --enable-api -i 127.0.0.1 --port "$RASA_PORT"

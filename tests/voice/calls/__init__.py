import pytest

pytest.register_assert_rewrite("tests.voice.calls.dialogues")

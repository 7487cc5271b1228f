"""What the local language model is started with."""

from __future__ import annotations

from rag.adapters.llama_server import MOST_SLOTS, parameters
from rag.settings import load_settings


def test_no_prompt_but_the_latest_of_each_slot_is_kept_so_that_memory_stays_flat() -> None:
    chosen = parameters(load_settings(model_url="http://127.0.0.1:8123/v1", concurrency=64))
    assert chosen.cache_ram_mib == 0
    assert chosen.n_parallel == MOST_SLOTS
    assert chosen.cache_prompt, "what two prompts of a question share is read once"

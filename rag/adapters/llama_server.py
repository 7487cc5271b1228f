"""The local language model: llama.cpp's HTTP server in this process, OpenAI-compatible, on loopback.

`python -m rag.adapters.llama_server` takes everything from the settings: which weights, the port and
the key (from GROUNDWIRE_MODEL_URL and GROUNDWIRE_MODEL_KEY, as a client of it would), threads, window.
"""

from __future__ import annotations

import os
import signal
import sys
from urllib.parse import urlsplit

from rag import weights
from rag.errors import GroundwireError
from rag.settings import Settings, load_settings

# Its threads sleep while they wait for each other instead of spinning; read once, as the library is loaded. On an idle
# machine that costs 3 % of an answer; beside other work spinning threads wait for one that has no core to run on.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import xllamacpp

MOST_SLOTS = 4
CACHE_MB = 0
"""For other prompts than the latest: two prompts of a question follow each other, other questions share nothing."""
LONGEST_REPLY = 1_024


def parameters(settings: Settings) -> xllamacpp.CommonParams:
    """What the server is started with. Each slot has the whole context window to itself."""
    weight = weights.weight(settings.model)
    slots = min(settings.concurrency, MOST_SLOTS)
    chosen = xllamacpp.CommonParams()
    chosen.model.path = str(weights.require(settings, weight.name) / weight.identity)
    chosen.model_alias = {weight.name}
    chosen.hostnames = ["127.0.0.1"]
    chosen.port = urlsplit(settings.model_url).port
    chosen.api_keys = [settings.model_key.get_secret_value()]
    chosen.n_ctx = settings.context_tokens * slots
    chosen.n_parallel = slots
    chosen.n_predict = LONGEST_REPLY
    chosen.cpuparams.n_threads = settings.threads
    chosen.cpuparams_batch.n_threads = settings.threads
    chosen.cache_ram_mib = CACHE_MB
    # Not mapped: the weights are repacked as they are read, and a mapping would keep them twice (1.9 GB, not 1.3).
    chosen.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    chosen.ui = chosen.endpoint_slots = chosen.endpoint_props = chosen.endpoint_metrics = False
    return chosen


def main() -> int:
    try:
        server = xllamacpp.Server(parameters(load_settings()))
    except (GroundwireError, RuntimeError) as error:
        print(f"the model cannot be served: {error}", file=sys.stderr, flush=True)
        return 1
    print(f"serving on {server.listening_address}", file=sys.stderr, flush=True)
    signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())

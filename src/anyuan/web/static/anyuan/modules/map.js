// The city's divisions coloured by rate and the sites as points; works without tiles and without network.
const TONES = { good: "#2e9e6b", fair: "#e0a100", poor: "#d4483b", none: "#aab4c0" };
const WORDS = { good: "95% 以上", fair: "80%–95%", poor: "80% 以下", none: "没有到期任务" };

export function loadLeaflet() {
  return new Promise((resolve, reject) => {
    if (window.L) { resolve(window.L); return; }
    const script = document.createElement("script");
    script.src = new URL("../../lib/leaflet/leaflet.js", import.meta.url).href;
    script.onload = () => resolve(window.L);
    script.onerror = reject;
    document.head.append(script);
  });
}

const percent = (rate) => (rate === null ? "—" : `${(rate * 100).toFixed(1)}%`);

// What runs now, as marks that come and go with the live channel.
function follow(L, map, url) {
  const layer = L.layerGroup().addTo(map);
  async function draw() {
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok) return;
    const { marks } = await answer.json();
    layer.clearLayers();
    marks.forEach(([lat, lon, words, key]) => {
      L.circleMarker([lat, lon], { radius: 11, color: "#ffffff", weight: 3, fillColor: "#d4483b", fillOpacity: 1 })
        .bindTooltip(words, { permanent: true, direction: "top", className: "map-label" })
        .on("click", () => { window.location.assign(`/incidents/${key}/`); }).addTo(layer);
    });
  }
  draw();
  document.addEventListener("anyuan:live", (event) => { if (["incident", "*"].includes(event.detail.kind)) setTimeout(draw, Math.random() * (event.detail.spread || 500)); });
}

export async function mount(box) {
  const data = JSON.parse(document.getElementById(box.dataset.source).textContent);
  const L = await loadLeaflet();
  const map = L.map(box, { attributionControl: false, zoomSnap: 0.5, scrollWheelZoom: false });
  map.fitBounds(L.geoJSON(data.borders).getBounds(), { padding: [10, 10] });
  L.geoJSON(data.borders, {
    style: (feature) => ({ color: "#516070", weight: 1.5, fillOpacity: 0.55, fillColor: TONES[data.districts[feature.properties.code]?.tone || "none"] }),
    onEachFeature: (feature, shape) => {
      const district = data.districts[feature.properties.code];
      if (!district) return;
      shape.bindTooltip(`${district.name} ${percent(district.rate)}`, { permanent: true, direction: "center", className: "map-label" });
      if (district.url) shape.on("click", () => { window.location.assign(district.url); });
    },
  }).addTo(map);
  data.sites.forEach(([lat, lon, name, tone, url]) => {
    L.circleMarker([lat, lon], { radius: 5, color: "#ffffff", weight: 1, fillColor: TONES[tone], fillOpacity: 0.95 })
      .bindTooltip(`${name}：${WORDS[tone]}`).on("click", () => { window.location.assign(url); }).addTo(map);
  });
  if (box.dataset.marks) follow(L, map, box.dataset.marks);
  if (box.dataset.plain) return;
  const legend = L.control({ position: "bottomright" });
  legend.onAdd = () => {
    const list = L.DomUtil.create("div", "card p-2 small");
    Object.entries(WORDS).forEach(([tone, word]) => {
      const line = document.createElement("div");
      const dot = document.createElement("span");
      dot.textContent = "● ";
      dot.style.color = TONES[tone];
      line.append(dot, word);
      list.append(line);
    });
    return list;
  };
  legend.addTo(map);
}

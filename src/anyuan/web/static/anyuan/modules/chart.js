// A line of rates over months; the table beside it says the same in text.
function loadECharts() {
  return new Promise((resolve, reject) => {
    if (window.echarts) { resolve(window.echarts); return; }
    const script = document.createElement("script");
    script.src = new URL("../../lib/echarts/echarts.min.js", import.meta.url).href;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
}

export async function mount(box) {
  const echarts = await loadECharts();
  const values = box.dataset.values.split(",").map((text) => (text === "" ? null : Math.round(Number(text) * 1000) / 10));
  const chart = echarts.init(box, null, { renderer: "svg" });
  chart.setOption({
    grid: { left: 40, right: 12, top: 12, bottom: 24 },
    xAxis: { type: "category", data: box.dataset.labels.split(",") },
    yAxis: { type: "value", min: 0, max: 100, axisLabel: { formatter: "{value}%" } },
    series: [{ type: "line", data: values, smooth: true, symbolSize: 7, color: "#0b7a5c", areaStyle: { opacity: 0.12 } }],
  });
  window.addEventListener("resize", () => chart.resize());
}

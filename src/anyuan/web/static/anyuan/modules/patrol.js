// A patrol on the phone: a tick takes the time; the label of a point that was just read ticks it. What was
// ticked stays in the browser until it is saved, and goes without network as every offline form.

import { mount as offline } from "./offline.js";

const STALE = 3 * 60 * 60 * 1000;

export function mount(form) {
  const points = [...form.querySelectorAll("[data-point]")];
  const tick = (point) => point.querySelector('input[type="checkbox"]');
  const at = (point) => form.elements[`at_${point.dataset.point}`];
  const clock = (moment) => moment.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });

  function refresh() {
    points.forEach((point) => {
      if (tick(point).checked && !at(point).value) at(point).value = new Date().toISOString();
      if (!tick(point).checked) at(point).value = "";
      point.querySelector("[data-time]").textContent = at(point).value ? clock(new Date(at(point).value)) : "";
    });
    form.querySelector("[data-count]").textContent = `已到 ${points.filter((one) => tick(one).checked).length} / ${points.length} 点`;
  }

  // A problem that is written down says that one was there.
  form.addEventListener("input", (event) => {
    const point = event.target.closest("[data-point]");
    if (point && event.target.name.startsWith("wrong_") && event.target.value.trim()) tick(point).checked = true;
    refresh();
  });
  form.addEventListener("change", refresh);
  offline(form);
  refresh();

  const first = Math.min(...points.filter((one) => at(one).value).map((one) => Date.parse(at(one).value)));
  if (Date.now() - first > STALE) {
    const line = document.createElement("div");
    line.className = "alert alert-warning";
    line.setAttribute("role", "status");
    line.textContent = `这是 ${new Date(first).toLocaleString("zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" })} 开始、还没有保存的巡逻。请先保存，再开始新的。`;
    form.prepend(line);
  }
  const read = points.find((one) => one.dataset.point === form.dataset.at);
  if (read) {
    if (!tick(read).checked) {
      tick(read).checked = true;
      tick(read).dispatchEvent(new Event("change", { bubbles: true }));
    }
    read.scrollIntoView({ block: "center" });
  }
}

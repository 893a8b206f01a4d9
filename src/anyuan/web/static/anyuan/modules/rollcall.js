// A class is counted on the phone: the moment of the last tap goes with the sheet, the button says how many are
// not there, and it is kept where there is no network.

import { mount as offline } from "./offline.js";

export function mount(form) {
  const rows = [...form.querySelectorAll("[data-row]")];
  const count = form.querySelector("[data-count]");
  const fill = form.querySelector("[data-fill]");
  const stamp = () => { form.elements.at.value = new Date().toISOString(); };
  const chosen = (row) => row.querySelector("input[type=radio]:checked")?.value ?? "";

  function refresh() {
    rows.forEach((row) => { row.dataset.state = chosen(row); });
    if (!count || !rows.length) return;
    const missing = rows.filter((row) => chosen(row) === "missing").length;
    const away = rows.filter((row) => chosen(row) === "elsewhere").length;
    const words = [missing ? `${missing} 人未到` : "", away ? `${away} 人另有去向` : ""].filter(Boolean).join("，");
    count.textContent = words ? `提交：${words}` : "提交：全部到齐";
  }

  if (fill) {
    fill.hidden = false;
    fill.addEventListener("click", () => { form.elements.present.value = fill.dataset.fill; stamp(); });
  }
  form.addEventListener("change", () => { stamp(); refresh(); });
  form.addEventListener("submit", stamp, true);
  refresh();
  offline(form);
}

// Choosing units from a list: find by name, tick all that are shown, say how many. Without this module
// the list works as it is.

export function mount(form) {
  const tools = form.querySelector("[data-tools]");
  if (!tools) return;
  const find = form.querySelector("[data-find]");
  const count = form.querySelector("[data-count]");
  const none = count.textContent;
  const lines = [...form.querySelectorAll("[data-name]")];
  const box = (line) => line.querySelector("input");

  function refresh() {
    const ticked = lines.filter((line) => box(line).checked).length;
    count.textContent = ticked ? `只通知选中的 ${ticked} 个单位。` : none;
  }

  function tick(state) {
    lines.filter((line) => !line.hidden).forEach((line) => { box(line).checked = state; });
    refresh();
  }

  find.addEventListener("input", () => {
    const wanted = find.value.trim();
    lines.forEach((line) => { line.hidden = !line.dataset.name.includes(wanted); });
  });
  find.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  form.querySelector("[data-all]").addEventListener("click", () => tick(true));
  form.querySelector("[data-none]").addEventListener("click", () => tick(false));
  form.addEventListener("change", refresh);
  tools.hidden = lines.length < 8;
  refresh();
}

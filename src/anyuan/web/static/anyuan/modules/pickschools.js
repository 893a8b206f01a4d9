// Choosing schools from a long list: find by name, tick all that are shown, count; the field of the one
// person is shown where it is asked. Without this module the list and the field work as they are.

export function mount(form) {
  const tools = form.querySelector("[data-tools]");
  const find = form.querySelector("[data-find]");
  const count = form.querySelector("[data-count]");
  const lines = [...form.querySelectorAll("[data-name]")];
  const how = form.elements.how;
  const person = form.querySelector("[data-one-person]");
  const box = (line) => line.querySelector("input");

  function refresh() {
    const ticked = lines.filter((line) => box(line).checked).length;
    count.textContent = `已选 ${ticked} 所，共 ${lines.length} 所`;
    person.hidden = how.value !== "person";
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
  tools.hidden = false;
  refresh();
}

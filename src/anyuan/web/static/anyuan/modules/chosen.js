// Rows chosen in a list: one box for all of the page, and how many are chosen.

export function mount(form) {
  const all = form.querySelector("[data-all]");
  const count = form.querySelector("[data-count]");
  const boxes = [...form.querySelectorAll('input[name="ids"]')];
  if (!all || !boxes.length) return;
  all.hidden = false;

  function refresh() {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    if (count) count.textContent = chosen ? `已选 ${chosen} 行` : "先勾选要修改的行";
  }

  all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); refresh(); });
  form.addEventListener("change", refresh);
  form.addEventListener("submit", (event) => {
    if (boxes.some((box) => box.checked)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (count) count.textContent = "还没有勾选任何一行";
  }, true);
  refresh();
}

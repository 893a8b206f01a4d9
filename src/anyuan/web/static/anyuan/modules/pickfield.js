// Of several fields only the one that is chosen is shown; without this module all of them are.

export function mount(form) {
  const choice = form.elements.field;
  const parts = [...form.querySelectorAll("[data-for]")];
  const refresh = () => parts.forEach((part) => { part.hidden = part.dataset.for !== choice.value; });
  choice.addEventListener("change", refresh);
  refresh();
}

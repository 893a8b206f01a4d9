// Items of a checklist moved up and down: the cards change places and their numbers (the field that the
// form is read by) follow. Without this module the numbers are typed.

export function mount(form) {
  const items = () => [...form.querySelectorAll("[data-item]")];
  const place = (item) => item.querySelector('input[name$="-ORDER"]');

  function renumber() {
    const all = items();
    all.forEach((item, index) => {
      place(item).value = index + 1;
      item.querySelector("legend").textContent = `第 ${index + 1} 项`;
      item.querySelector("[data-up]").disabled = index === 0;
      item.querySelector("[data-down]").disabled = index === all.length - 1;
    });
  }

  function move(item, step, button) {
    const all = items();
    const other = all[all.indexOf(item) + step];
    if (!other) return;
    if (step < 0) other.before(item); else other.after(item);
    renumber();
    item.scrollIntoView({ block: "center" });
    (button.disabled ? item.querySelector("[data-up]:enabled, [data-down]:enabled") : button).focus();
  }

  function put(item) { // a number that was typed moves the card to that place
    const rest = items().filter((one) => one !== item);
    const wanted = Math.min(Math.max(Number(place(item).value) || rest.length + 1, 1), rest.length + 1);
    if (wanted > rest.length) rest[rest.length - 1]?.after(item); else rest[wanted - 1].before(item);
    renumber();
  }

  function sort() { // as the form came back from the server
    const all = items();
    const after = all[all.length - 1].nextElementSibling;
    const number = (item) => Number(place(item).value) || 999;
    [...all].sort((a, b) => number(a) - number(b)).forEach((item) => form.insertBefore(item, after));
    renumber();
  }

  for (const item of items()) {
    for (const [name, step] of [["up", -1], ["down", 1]]) {
      const button = item.querySelector(`[data-${name}]`);
      button.hidden = false;
      button.addEventListener("click", () => move(item, step, button));
    }
    place(item).addEventListener("change", () => put(item));
  }
  sort();
}

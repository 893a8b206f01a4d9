// A checklist on a phone: progress, "the rest is fine", a draft that survives, sending when the
// network comes back. The plain form works without this.

import { sendOrKeep } from "./offline.js";

export function mount(form) {
  const items = [...form.querySelectorAll("[data-item]")];
  const bar = form.querySelector("[data-bar]");
  const count = form.querySelector("[data-count]");
  const saved = form.querySelector("[data-saved]");
  const key = form.dataset.draft;
  let done = false;

  const value = (item, name) => form.elements[`${name}_${item.dataset.item}`];
  const checked = (item) => item.querySelector('input[type="radio"]:checked')?.value || "";

  function answered(item) {
    if (item.querySelector('input[type="checkbox"]:checked')) return true;
    if (item.dataset.kind === "pass") return checked(item) !== "";
    if (item.dataset.kind === "photo") return item.querySelector('input[type="file"]').files.length > 0;
    const field = value(item, { number: "n", score: "n", choice: "c", text: "t" }[item.dataset.kind]);
    return Boolean(field && field.value.trim());
  }

  function refresh() {
    const required = items.filter((item) => "required" in item.dataset);
    const ready = required.filter(answered).length;
    bar.style.width = `${required.length ? (100 * ready) / required.length : 100}%`;
    count.textContent = `已填 ${ready} / ${required.length} 项`;
    items.forEach((item) => {
      const problem = checked(item) === "fail" || item.dataset.kind === "number";
      item.classList.toggle("has-problem", problem);
      if (answered(item)) item.classList.remove("is-missing");
    });
  }

  function saveDraft() {
    if (done) return;
    const typed = [...new FormData(form)].filter(([name, entry]) => typeof entry === "string" && name !== "csrfmiddlewaretoken" && name !== "form_id");
    localStorage.setItem(key, JSON.stringify(typed));
    saved.textContent = "已保存在手机";
  }

  function loadDraft() {
    const kept = localStorage.getItem(key);
    if (!kept || form.querySelector(".invalid-feedback")) return;
    for (const [name, entry] of JSON.parse(kept)) {
      const field = form.elements[name];
      if (!field || name === "unit") continue;
      if (field instanceof RadioNodeList) { field.value = entry; continue; }
      if (field.type === "checkbox") field.checked = true;
      else if (field.type === "radio") field.checked = field.value === entry;
      else if (field.type !== "file") field.value = entry;
    }
    saved.textContent = "已恢复上次填到一半的内容";
  }

  form.querySelector("[data-rest]").addEventListener("click", () => {
    const rest = items.filter((item) => item.dataset.kind === "pass" && !answered(item));
    if (rest.length && window.confirm(`其余 ${rest.length} 项都合格吗？`)) {
      rest.forEach((item) => { item.querySelector('input[value="pass"]').checked = true; });
      refresh();
      saveDraft();
    }
  });

  form.addEventListener("input", () => { refresh(); saveDraft(); });
  form.addEventListener("change", () => { refresh(); saveDraft(); });

  form.addEventListener("submit", async (event) => {
    const missing = items.filter((item) => "required" in item.dataset && !answered(item));
    if (missing.length) {
      event.preventDefault();
      missing.forEach((item) => item.classList.add("is-missing"));
      missing[0].scrollIntoView({ behavior: "smooth", block: "center" });
      saved.textContent = `还有 ${missing.length} 项没有填`;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    await sendOrKeep(form, saved, finish);
  }, true);

  function finish() { done = true; localStorage.removeItem(key); }

  loadDraft();
  refresh();
}

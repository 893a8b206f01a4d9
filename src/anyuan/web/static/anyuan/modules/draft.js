// A form's draft in this browser: what was typed is there again after the page was left. Files and fields
// marked data-nodraft (phone numbers) are never kept. The draft goes when the form is sent.

const SKIP = new Set(["csrfmiddlewaretoken", "form_id"]);

export function mount(form) {
  const key = `draft:${form.dataset.draft}`;
  const saved = form.querySelector("[data-saved]");
  const kept = (field) => field.name && !SKIP.has(field.name) && !field.name.startsWith("initial-")
    && field.type !== "file" && field.type !== "hidden" && !("nodraft" in field.dataset);
  const fields = () => [...form.elements].filter(kept);
  const value = (field) => (field.type === "checkbox" || field.type === "radio" ? field.checked : field.value);
  const first = new Map(fields().map((field) => [field, value(field)]));
  let sent = false;

  function save() {
    if (sent) return;
    const typed = fields().filter((field) => value(field) !== first.get(field)).map((field) => [field.name, value(field)]);
    if (typed.length) localStorage.setItem(key, JSON.stringify(typed));
    else localStorage.removeItem(key);
    saved.textContent = typed.length ? "草稿已保存在本机" : "";
  }

  function load() {
    // A page with mistakes shows what was sent; an older draft must not cover it.
    const text = localStorage.getItem(key);
    if (!text || form.querySelector(".invalid-feedback")) return;
    for (const [name, typed] of JSON.parse(text)) {
      const field = fields().find((one) => one.name === name);
      if (!field) continue;
      if (typeof typed === "boolean") field.checked = typed;
      else field.value = typed;
    }
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn btn-sm ms-2";
    again.textContent = "不要草稿";
    again.addEventListener("click", () => { sent = true; localStorage.removeItem(key); window.location.reload(); });
    saved.replaceChildren("已恢复上次没有保存的内容", again);
  }

  form.addEventListener("input", save);
  form.addEventListener("change", save);
  form.addEventListener("submit", () => { sent = true; localStorage.removeItem(key); });
  window.addEventListener("pageshow", () => { sent = false; });
  load();
}

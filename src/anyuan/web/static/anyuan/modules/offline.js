// A form that may be sent without network: kept in the browser, sent when it is back. With data-draft its
// draft is kept as well. The form needs a form_id, and a [data-saved] line that says what became of it.

import { mount as keepDraft } from "./draft.js";
import { keep } from "./outbox.js";

export async function sendOrKeep(form, said, finish) {
  const button = form.querySelector('button:not([type="button"])');
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const data = new FormData(form);
  const url = form.action;
  try {
    const answer = await fetch(url, { method: "POST", body: data, redirect: "follow" });
    if (answer.redirected) { finish(); window.location.assign(answer.url); return; }
    document.open(); document.write(await answer.text()); document.close();
  } catch {
    const title = form.dataset.title || document.querySelector("h1").textContent.trim();
    await keep({ id: data.get("form_id"), url, title, person: document.body.dataset.person, entries: [...data] });
    finish();
    said.textContent = "没有网络：已保存在手机，联网后自动上传";
  }
  button.removeAttribute("aria-busy");
}

export function mount(form) {
  if (form.dataset.draft) keepDraft(form);
  const said = form.querySelector("[data-saved]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    sendOrKeep(form, said, () => { if (form.dataset.draft) localStorage.removeItem(`draft:${form.dataset.draft}`); });
  }, true);
}

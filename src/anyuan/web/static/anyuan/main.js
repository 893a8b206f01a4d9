// Behaviour for every page, mounted by data- attributes: forms that cannot be sent twice, menus that
// close, modules loaded where a page asks for them (data-module="name" → ./modules/name.js).

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sending) { event.preventDefault(); return; }
  form.dataset.sending = "1";
  const button = event.submitter;
  if (button) { button.setAttribute("aria-busy", "true"); }
});

window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sending]").forEach((form) => { delete form.dataset.sending; });
  document.querySelectorAll('[aria-busy="true"]').forEach((button) => button.removeAttribute("aria-busy"));
});

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.dropdown-lite[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.dropdown-lite[open]").forEach((menu) => menu.removeAttribute("open"));
});

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = csrfToken(); });

async function mount(root) {
  for (const element of root.querySelectorAll("[data-module]")) {
    if (element.dataset.mounted) continue;
    element.dataset.mounted = "1";
    const module = await import(`./modules/${element.dataset.module}.js`);
    module.mount(element);
  }
}
mount(document);
document.addEventListener("htmx:load", (event) => mount(event.detail.elt.parentElement || document));

// What waits in this browser from a time without network is sent as soon as a page of ours opens.
import("./modules/outbox.js").then((outbox) => { if (navigator.onLine) outbox.flush(); });

// What another person kept in this browser goes away; a page shown without network says so.
import("./modules/keep.js").then((kept) => { kept.forgetOthers(); kept.tellIfKept(); });

// What happens elsewhere is heard at once where a page shows it.
if (document.body.dataset.liveUrl) import("./modules/live.js").then((live) => live.start(document.body.dataset.liveUrl));
